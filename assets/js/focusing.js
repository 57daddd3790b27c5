// Where the cursor goes when a button has put another form into the page: [data-focus] names the place, by its id or its
// data-place. Without it whoever works by keys would begin at the top of the page again.

export function moveFocus() {
  document.addEventListener("htmx:afterSettle", () => {
    const marker = document.querySelector("[data-focus]");
    const wasLost = document.activeElement === null || document.activeElement === document.body;
    if (!marker || !wasLost) {
      return;
    }
    const name = marker.dataset.focus;
    const place =
      document.getElementById(name) ?? document.querySelector(`[data-place="${CSS.escape(name)}"]`);
    place?.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
    marker.remove();
  });
}
