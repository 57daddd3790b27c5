// A press on the code makes it as large as the screen, for scanners that do not see it otherwise; another one ends that.

export function enlargeCodes() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-enlarge]");
    if (button) {
      button.closest("section").classList.toggle("is-enlarged");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelector(".is-enlarged")?.classList.remove("is-enlarged");
    }
  });
}
