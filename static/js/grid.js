// The sheet's keys: arrows and enter move, a block pasted from a spreadsheet fills the cells from the focused one on,
// Ctrl+Z takes the last step back. What the server could not be told is unsent_cells.js's; saving itself is htmx's:
// each row posts on `change`, the whole form on `grid:save`. Without scripts the form's button does it all.
"use strict";

(() => {
  let lastStep = null;
  let before = null;

  const note = (text) => { document.getElementById("sheet-note").textContent = text; };

  // Cells by place on the screen: a grid of rows, each with its inputs from left to right, locked ones included.
  const grid = () => [...document.querySelectorAll(".sheet tbody tr")]
    .map((row) => [...row.querySelectorAll(".cell-value")].map((td) => td.querySelector("[data-cell]")));

  function placeOf(cell) {
    const rows = grid();
    const row = rows.findIndex((inputs) => inputs.includes(cell));
    return [rows, row, rows[row].indexOf(cell)];
  }

  function move(cell, down, right) {
    const [rows, row, column] = placeOf(cell);
    for (let r = row + down, c = column + right; rows[r] && c in rows[r]; r += down, c += right) {
      if (!rows[r][c]) continue;
      rows[r][c].focus();
      rows[r][c].select?.();
      return true;
    }
    return false;
  }

  const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function atEdge(cell, key) {
    if (key === "ArrowLeft") return cell.selectionStart === 0 && cell.selectionEnd === 0;
    if (key === "ArrowRight") return cell.selectionStart === cell.value.length;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target;
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (isUndo && lastStep && (!cell.matches("[data-cell]") || cell.value === before)) {
      event.preventDefault();
      undo();
      return;
    }
    if (!cell.matches("[data-cell]") || (isFile(cell) && event.key === "Enter") || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault(); // or the form would be sent
      if (!move(cell, event.shiftKey ? -1 : 1, 0)) cell.blur();
    } else if (event.key in STEPS && cell.tagName !== "SELECT" && atEdge(cell, event.key) && move(cell, ...STEPS[event.key])) {
      event.preventDefault();
    }
  });

  document.addEventListener("focusin", (event) => {
    if (takesText(event.target)) before = event.target.value;
  });

  document.addEventListener("change", (event) => {
    if (!takesText(event.target)) return; // a file that was chosen is not undone by a key
    lastStep = [[event.target.id, before]];
    before = event.target.value;
  });

  document.addEventListener("paste", (event) => {
    if (!event.target.matches("[data-cell]")) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return; // a single value is the browser's own affair
    event.preventDefault();
    fill(event.target, text.split("\n").map((line) => line.split("\t")));
  });

  // A file comes from the disk, never from the clipboard's text.
  const isFile = (cell) => cell.type === "file";
  const takesText = (cell) => cell.matches("[data-cell]") && !isFile(cell);

  // A choice takes only one of its own words.
  function takes(cell, text) {
    return cell.tagName !== "SELECT" || [...cell.options].some((option) => option.value === text);
  }

  function fill(cell, block) {
    const [rows, row, column] = placeOf(cell);
    const step = [];
    let locked = 0;
    let outside = 0;
    let unknown = 0;
    let files = 0;
    block.forEach((line, r) => line.forEach((text, c) => {
      const target = rows[row + r]?.[column + c];
      if (target && isFile(target)) files += 1;
      else if (target && !takes(target, text.trim())) unknown += 1;
      else if (target) {
        step.push([target.id, target.value]);
        target.value = text.trim();
      } else if (rows[row + r] && column + c in rows[row + r]) locked += 1;
      else outside += 1;
    }));
    lastStep = step;
    before = cell.value;
    const left = [locked && `${locked} 格已锁定，没有改动`, outside && `${outside} 格超出表格，没有粘贴`,
      unknown && `${unknown} 格没有这个选项，没有改动`, files && `${files} 格是附件，请逐个上传`].filter(Boolean);
    note(`粘贴了 ${step.length} 格${left.length ? `；${left.join("；")}` : ""}。Ctrl+Z 撤回。`);
    saveAll();
  }

  function undo() {
    const step = lastStep;
    lastStep = null;
    step.forEach(([id, value]) => { document.getElementById(id).value = value; });
    before = document.activeElement?.value ?? null;
    note(`已撤回 ${step.length} 格。`);
    saveAll();
  }

  function saveAll() {
    document.getElementById("filling").dispatchEvent(new Event("grid:save"));
  }

  // Where somebody else's newer save stands in the way: take one of the two.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-takes]");
    if (!button) return;
    const cell = button.closest("tr").querySelector("[data-cell]");
    cell.value = button.dataset.takes; // of a file: none
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Of a file, one's own is still chosen in the input: it is sent anew, over the version that is known now.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sends]");
    button?.closest("tr").querySelector("[data-cell]").dispatchEvent(new Event("change", { bubbles: true }));
  });

  // After a save the cell reads as the server understood it, unless the person is typing there again.
  document.addEventListener("htmx:afterSwap", (event) => {
    const cell = event.target.closest("tr")?.querySelector("[data-cell]");
    const told = event.target.querySelector("[data-shown]");
    if (!cell || !told) return;
    cell.toggleAttribute("aria-invalid", Boolean(event.target.querySelector(".fault")));
    // A file that was refused is let go of; where somebody else's stands in the way, the own one may still be wanted.
    if (isFile(cell) && !event.target.querySelector("[data-sends]")) cell.value = "";
    if (takesText(cell) && cell !== document.activeElement && !cell.hasAttribute("aria-invalid")) cell.value = told.dataset.shown;
  });

  // A link from the audit report, or from a thread, lands in the cell itself.
  function land() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const cell = target?.matches("[data-cell]") ? target : target?.querySelector("[data-cell]");
    cell?.focus();
    cell?.select?.();
  }
  window.addEventListener("hashchange", land);
  // After the browser's own jump to the row, which would take the focus away again.
  window.addEventListener("load", () => setTimeout(land));
})();
