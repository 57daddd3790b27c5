// A row of tabs that is wider than the screen begins with the one that is open.

export function showOpenTabs() {
  for (const open of document.querySelectorAll("nav .shrink-0[aria-current=page]")) {
    open.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
  }
}
