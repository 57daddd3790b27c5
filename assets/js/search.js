// The slash leads to the search from wherever one is not typing.

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
