// Choosing rows of a list: a box for all of the page, and how many are chosen beside what can be done with them.

export function keepSelections() {
  document.addEventListener("change", (event) => {
    const table = event.target.closest?.("[data-selectable]");
    if (!table) {
      return;
    }
    if (event.target.matches("[data-select-all]")) {
      for (const box of boxes(table)) {
        box.checked = event.target.checked;
      }
    }
    show(table);
  });
  document.addEventListener("htmx:afterSettle", showAll);
  window.addEventListener("pageshow", showAll);
}

function showAll() {
  document.querySelectorAll("[data-selectable]").forEach(show);
}

function boxes(table) {
  return [...table.querySelectorAll("tbody input[type=checkbox]")];
}

function show(table) {
  const all = table.querySelector("[data-select-all]");
  const act = document.querySelector("[data-select-act]");
  if (!all || !act) {
    return;
  }
  const rows = boxes(table);
  const chosen = rows.filter((box) => box.checked).length;
  all.classList.remove("invisible");
  all.checked = chosen === rows.length;
  all.indeterminate = chosen > 0 && chosen < rows.length;
  act.disabled = chosen === 0;
  act.querySelector("[data-select-count]").textContent = chosen ? String(chosen) : "";
}
