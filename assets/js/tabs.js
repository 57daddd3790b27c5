// A row of tabs that is wider than the screen, and a list of pages that is longer, begins with the one that is open.

export function showOpenTabs() {
  const rows = "nav .shrink-0[aria-current=page], nav.scrolls > [aria-current=page]";
  for (const open of document.querySelectorAll(rows)) {
    open.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
  }
}
