// Lists that grow at the top by themselves. A list names in data-live where rows newer than an id are to be
// had; a row carries its id in data-id, and ids sort by time. The server repeats the rows of the last
// seconds, because an earlier one may be committed later: a row that is already there is never added twice.
// While somebody reads further down, points at the list or has it focused, new rows wait behind a button
// instead of moving the text under the eye.

const EVERY_MS = 3000;
const ANSWER_ROWS_MAX = 200;
const LIST_ROWS_MAX = 1000;

export function keepListsLive() {
  for (const list of document.querySelectorAll("[data-live]")) {
    keepLive(list);
  }
}

function keepLive(list) {
  const panel = list.closest("[data-live-panel]");
  const button = panel.querySelector("[data-live-waiting]");
  const stale = panel.querySelector("[data-live-stale]");
  const waiting = new Map();
  let newest = list.firstElementChild?.dataset.id ?? "";

  function isBeingRead() {
    return window.scrollY > 80 || list.matches(":hover") || list.contains(document.activeElement);
  }

  function show() {
    if (list.children.length + waiting.size > LIST_ROWS_MAX) {
      window.location.reload();
      return;
    }
    for (const row of [...waiting.values()].sort((a, b) => (a.dataset.id < b.dataset.id ? -1 : 1))) {
      const next = [...list.children].find((other) => other.dataset.id < row.dataset.id);
      row.classList.add("animate-arrive");
      list.insertBefore(row, next ?? null);
    }
    waiting.clear();
    panel.querySelector("[data-live-empty]")?.remove();
    panel.querySelector("[data-live-table]").hidden = false;
    button.hidden = true;
  }

  function take(rows) {
    for (const row of rows) {
      if (!list.querySelector(`[data-id="${row.dataset.id}"]`)) {
        waiting.set(row.dataset.id, row);
      }
      if (row.dataset.id > newest) {
        newest = row.dataset.id;
      }
    }
    if (waiting.size === 0) {
      return;
    }
    if (isBeingRead()) {
      button.querySelector("[data-live-count]").textContent = String(waiting.size);
      button.hidden = false;
    } else {
      show();
    }
  }

  async function ask() {
    const address = new URL(list.dataset.live, location.href);
    address.searchParams.set("after", newest);
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) {
      window.location.assign(elsewhere);
      return;
    }
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const rows = holder.content.querySelectorAll("[data-id]");
    if (rows.length >= ANSWER_ROWS_MAX) {
      window.location.reload();
      return;
    }
    take(rows);
    stale.hidden = true;
  }

  async function goOn() {
    if (!document.hidden) {
      try {
        await ask();
      } catch {
        stale.hidden = false;
      }
    }
    setTimeout(goOn, EVERY_MS);
  }

  button.addEventListener("click", () => {
    window.scrollTo({ top: 0 });
    show();
  });
  setTimeout(goOn, EVERY_MS);
}
