// The slash leads to the search from wherever one is not typing, and nothing that is typed early is lost.

const WRITES = "input, textarea, select, [contenteditable]";

export function openSearchBySlash() {
  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key !== "/" || !isPlain || event.target.closest?.(WRITES)) {
      return;
    }
    const link = document.querySelector("a[data-search]");
    if (link) {
      event.preventDefault();
      link.click();
    }
  });
}

// What was typed before htmx came is no change to it: it knows the field as it was when it came.
export function lookForWhatWasTypedEarly() {
  document.addEventListener("htmx:load", ({ target }) => {
    for (const field of target.querySelectorAll("input[type=search][hx-get]")) {
      if (field.value !== field.defaultValue) {
        field.dispatchEvent(new Event("search"));
      }
    }
  });
}
