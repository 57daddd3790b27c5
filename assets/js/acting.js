// Selects that act as soon as something is chosen ([data-acts]): they are told so by "chosen", once a pointer has chosen.
// By keys each arrow chooses, so whoever works by them goes on to the button beside it.

export function actOnChoice() {
  let isByKeys = false;
  document.addEventListener("keydown", () => (isByKeys = true), true);
  document.addEventListener("pointerdown", () => (isByKeys = false), true);
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.("[data-acts]") && !isByKeys) {
      target.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
    }
  });
}
