// What forms keep: over Back and a reload, and while there is no network.
"use strict";

(() => {
  // Without a network nothing is sent, where the browser's own error page would take the form away.
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.defaultPrevented || event.target.method === "dialog") return;
    event.preventDefault();
    const told = event.target.querySelector(".is-offline") ?? document.createElement("p");
    told.className = "notice notice-error is-offline";
    told.setAttribute("role", "alert");
    told.textContent = "网络不通，没有提交。您填的内容还在，网络恢复后再提交。";
    event.target.prepend(told);
    told.scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("online", () => {
    document.querySelectorAll(".is-offline").forEach((told) => {
      told.className = "notice notice-success is-offline";
      told.textContent = "网络已恢复，可以提交了。";
    });
  });

  // The answer to a post has no address that Back or a reload could open: Chrome shows ERR_CACHE_MISS instead. Its place
  // in the history becomes the form's own page, and remembers what was typed for the seat that typed it.
  const LEFT_OUT = ["csrfmiddlewaretoken", "once", "confirmed", "change", "resumed", "password", "current", "repeated", "unsent"];
  const post = document.body.dataset.post;
  const form = document.querySelector("main form[method=post]");

  if (document.body.hasAttribute("data-posted")) {
    const answers = [...(form ? new FormData(form) : [])]
      .filter(([name, value]) => typeof value === "string" && !LEFT_OUT.includes(name));
    history.replaceState({ answers, post }, "", location.href);
  } else if (form && history.state?.answers && history.state.post === post) {
    fill(history.state.answers);
  }

  function fill(answers) {
    for (const name of new Set(answers.map(([key]) => key))) {
      const values = answers.filter(([key]) => key === name).map(([, value]) => value);
      const fields = [...form.elements].filter((field) => field.name === name && field.type !== "file");
      fields.forEach((field, at) => {
        if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
        else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
        else if (at in values) field.value = values[at];
      });
    }
  }
})();
