// Buttons that put a variable ([data-insert]) into the text that was typed in last, where the cursor stands in it. The word
// instead of a missing value is chosen, so that it is typed over.

const FALLBACK = "…";

export function offerInserting() {
  let last = null;
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.("[data-variables] textarea, [data-variables] [data-varies]")) {
      last = target;
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    if (!button) {
      return;
    }
    const form = button.closest("[data-variables]");
    insert(form.contains(last) ? last : form.querySelector("textarea"), button.dataset.insert);
  });
}

function insert(field, text) {
  const begin = field.selectionStart;
  field.setRangeText(text, begin, field.selectionEnd, "end");
  field.focus();
  const fallback = text.indexOf(FALLBACK);
  if (fallback >= 0) {
    field.setSelectionRange(begin + fallback, begin + fallback + FALLBACK.length);
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
