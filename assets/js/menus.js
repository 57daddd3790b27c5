// Menus are <details data-menu>: they open without us. We close them by Escape, and when the person goes elsewhere.

function close(menu, { andFocus = false } = {}) {
  menu.open = false;
  if (andFocus) menu.querySelector("summary").focus();
}

function openMenus() {
  return document.querySelectorAll("details[data-menu][open]");
}

export function closeMenusElsewhere() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => close(menu, { andFocus: menu.contains(document.activeElement) }));
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      openMenus().forEach((menu) => menu.contains(event.target) || close(menu));
    });
  }
}
