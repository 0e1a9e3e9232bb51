// A session that ended under an open page: the password is asked for over it, its forms get a new token, and what
// htmx could not send is sent again. The server tells it by a 401 (access.middleware.LoginMiddleware).
"use strict";

(() => {
  const ENDED = 401;
  const unsent = new Map(); // element → its last request
  let dialog = null;

  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status !== ENDED) return;
    // What asks by the clock asks again by itself.
    if (requestConfig.triggeringEvent) unsent.set(requestConfig.elt, requestConfig);
    if (!dialog) ask();
  });

  async function ask() {
    dialog = document.createElement("div"); // until the form is here
    try {
      show(await (await fetch("/login/again/")).text());
    } catch {
      dialog = null; // the network is gone too: the next request asks again
    }
  }

  function show(html) {
    dialog.remove();
    const parts = new DOMParser().parseFromString(html, "text/html");
    dialog = document.body.appendChild(parts.querySelector("dialog"));
    dialog.querySelector("form").addEventListener("submit", send);
    dialog.addEventListener("close", () => {
      dialog.remove();
      dialog = null;
    });
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  }

  async function send(event) {
    event.preventDefault();
    const data = new FormData(event.target);
    data.set("post", document.body.dataset.post);
    try {
      const answer = await fetch(event.target.action, { method: "POST", body: data });
      const token = answer.headers.get("X-CSRFToken");
      const html = await answer.text();
      if (token) goOn(token);
      else if (html) show(html); // refused, with the reason
      else location.reload(); // somebody else's seat: this page is not theirs
    } catch {
      event.target.querySelector("button").focus(); // the network is gone: what was typed stays, to be sent again
    }
  }

  function goOn(token) {
    document.querySelectorAll('[name="csrfmiddlewaretoken"]').forEach((input) => { input.value = token; });
    if (document.body.hasAttribute("hx-headers")) {
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    }
    dialog.close();
    const again = [...unsent].filter(([element]) => element.isConnected);
    unsent.clear();
    again.forEach(([element, config]) => {
      htmx.ajax(config.verb, config.path, { source: element, target: config.target, values: valuesOf(config.formData) });
    });
  }

  // Without the old token: the page's own forms have the new one.
  function valuesOf(data) {
    const values = {};
    for (const name of new Set(data.keys())) {
      if (name !== "csrfmiddlewaretoken") values[name] = data.getAll(name);
    }
    return values;
  }
})();
