// The shell's behaviour: menus, scroll of lists, ticking rows, and what to say when the server can't be reached.
// Everything is found by data-attributes; no page has a script of its own, so the CSP needs no exception.
"use strict";

(() => {
  const SCROLL = "scroll:";
  const here = () => SCROLL + location.pathname + location.search;
  const frame = () => document.querySelector("#list .table-frame");

  // Blank filters stay out of the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("[data-drops-blanks]")) return;
    for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
  });

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-toggles]");
    if (toggle) {
      const isOpen = document.getElementById(toggle.dataset.toggles).classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(isOpen));
    }
    // From the menu a list starts at its top; only a way back finds the old place.
    const menuLink = event.target.closest(".menu a");
    if (menuLink) sessionStorage.removeItem(SCROLL + menuLink.pathname + menuLink.search);
    document.querySelectorAll("details.pop[open]").forEach((pop) => {
      if (!pop.contains(event.target)) pop.open = false;
    });
    if (!event.target.closest(".go")) emptyGo();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("details.pop[open]").forEach((pop) => {
        pop.open = false;
        pop.querySelector("summary").focus();
      });
      emptyGo();
    }
    if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
      const box = document.getElementById("go");
      if (box) {
        event.preventDefault();
        box.focus();
      }
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest(".go")) moveInGo(event);
  });

  function emptyGo() {
    document.getElementById("go-results")?.replaceChildren();
  }

  function moveInGo(event) {
    const stops = [document.getElementById("go"), ...document.querySelectorAll("#go-results a")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  document.addEventListener("change", (event) => {
    event.target.closest("[data-submits-itself]")?.requestSubmit();
    const batch = event.target.closest(".batch");
    if (!batch) return;
    if (event.target.matches("[data-ticks-all]")) {
      batch.querySelectorAll('[name="row"]').forEach((box) => { box.checked = event.target.checked; });
    }
    countTicks(batch);
  });

  function countTicks(batch) {
    const boxes = [...batch.querySelectorAll('[name="row"]')];
    const ticked = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-ticked", box.checked));
    const all = batch.querySelector("[data-ticks-all]");
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    batch.querySelector("[data-batch-count]").textContent = ticked ? `已勾选 ${ticked} 行` : "先勾选要办理的行";
  }

  // A batch without a ticked row says so instead of asking the server.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".batch")) return;
    if (event.target.querySelector('[name="row"]:checked, [data-takes-all]:checked')) return;
    event.preventDefault();
    event.target.querySelector("[data-batch-count]").textContent = "还没有勾选，请先勾选要办理的行";
  });

  window.addEventListener("pagehide", () => {
    if (!document.getElementById("list")) return;
    sessionStorage.setItem(here(), JSON.stringify([window.scrollY, frame()?.scrollTop ?? 0]));
  });

  document.addEventListener("DOMContentLoaded", () => {
    const left = document.getElementById("list") && sessionStorage.getItem(here());
    if (left) {
      const [page, table] = JSON.parse(left);
      window.scrollTo(0, page);
      frame()?.scrollTo(0, table);
    }
    document.querySelectorAll(".batch").forEach(countTicks);
    if (document.body.matches("[data-prints-itself]")) window.print();
  });

  // htmx
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-drops-blanks]")) return;
    const asked = event.detail.formData;
    for (const [name, value] of [...asked.entries()]) if (value === "") asked.delete(name);
  });

  // What was said of the last step is not about this one.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id === "list") document.getElementById("messages").replaceChildren();
  });

  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 401) return; // login_again.js asks for the password
    const number = xhr.getResponseHeader("X-Request-Id");
    const isSaid = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
    say(isSaid ? xhr.responseText
      : `这一步没有办成（错误 ${xhr.status}${number ? `，编号 ${number}` : ""}）。请刷新页面再试。`);
  });
  document.addEventListener("htmx:sendError", () => say("连不上服务器，刚才的操作没有送到。请检查网络后再试。"));
  document.addEventListener("htmx:timeout", () => say("服务器很久没有回答，不能确定是否办成。请刷新页面核对。"));

  function say(text) {
    const notice = document.createElement("div");
    notice.className = "notice notice-error";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    document.getElementById("messages")?.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }
})();
