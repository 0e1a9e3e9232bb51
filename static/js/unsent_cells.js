// Cells that could not be sent: marked, kept by the browser over a closed page, and sent again by themselves. Each goes
// with the version that it was typed over: what somebody else saved meanwhile is shown beside it, not overwritten.
"use strict";

(() => {
  const AGAIN_MS = 5_000;
  const ENDED = 401; // login_again.js asks for the password and sends it again
  const KEY = `${document.body.dataset.post} ${location.pathname}`;
  const form = document.getElementById("filling");
  const held = new Map(); // name of a cell → [what was typed, the version it was typed over]
  let isTold = false;
  if (!form) return;

  const note = (text) => { document.getElementById("sheet-note").textContent = text; };
  const versionOf = (cell) => form.elements[cell.name.replace(/^cell-/, "version-")];
  const cellsIn = (part) => [...part.querySelectorAll("[data-cell]:not([type=file])")];

  // A browser that keeps nothing still sends again while the page is open.
  const box = new Promise((resolve, reject) => {
    const request = indexedDB.open("fpa", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("cells");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  async function stored(work) {
    try {
      const request = work((await box).transaction("cells", "readwrite").objectStore("cells"));
      return await new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    } catch {
      return undefined;
    }
  }
  const keep = () => stored((cells) => (held.size ? cells.put([...held], KEY) : cells.delete(KEY)));

  function hold(part) {
    part.classList.add("is-unsent");
    cellsIn(part)
      .filter((cell) => part !== form || cell.value !== versionOf(cell)?.dataset.shown)
      .forEach((cell) => held.set(cell.name, [cell.value, versionOf(cell)?.value]));
    keep();
  }

  function release(part) {
    part.classList.remove("is-unsent");
    cellsIn(part).forEach((cell) => held.delete(cell.name));
    if (isTold && !held.size) {
      note("网络已恢复，刚才没有送到的都已保存。");
      isTold = false;
    }
    keep();
  }

  const partOf = (event) => event.target.closest?.("tr, #filling");

  document.addEventListener("htmx:sendError", (event) => {
    const part = partOf(event);
    if (!part?.querySelector("[data-cell]")) return;
    hold(part);
    isTold = true;
    note(`网络不通，还有 ${held.size || 1} 格没送到，恢复后自动再送；关掉页面也不会丢。`);
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === ENDED && partOf(event)) hold(partOf(event));
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status !== ENDED && partOf(event)) release(partOf(event));
  });

  function sendAgain() {
    if (form.matches(".is-unsent")) form.dispatchEvent(new Event("grid:save"));
    else form.querySelectorAll("tr.is-unsent [data-cell]").forEach((cell) => {
      cell.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  window.addEventListener("online", sendAgain);
  // A server that was away says nothing when it is back.
  setInterval(() => {
    if (isTold && navigator.onLine && !form.querySelector(".htmx-request")) sendAgain();
  }, AGAIN_MS);
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("#filling:is(.is-unsent, .htmx-request), tr:is(.is-unsent, .htmx-request)")) event.preventDefault();
  });

  // What an earlier page could not send.
  async function bringBack() {
    const closed = [];
    for (const [name, [value, version]] of (await stored((cells) => cells.get(KEY))) ?? []) {
      const cell = form.querySelector(`[data-cell][name="${CSS.escape(name)}"]`);
      if (cell) {
        cell.value = value;
        versionOf(cell).value = version;
        cell.closest("tr").classList.add("is-unsent");
        held.set(name, [value, version]);
      } else closed.push(value);
    }
    if (closed.length) note(`上次有 ${closed.length} 格没送到，现在不能再填：${closed.join("、")}。`);
    keep();
    if (!held.size) return;
    isTold = true;
    note(`上次有 ${held.size} 格没送到，正在再送。`);
    sendAgain();
  }
  window.addEventListener("load", bringBack);
})();
