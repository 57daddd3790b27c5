// Buttons that show the password typed into the field whose id they name in data-reveal, and hide it again.

export function offerRevealing() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    button.hidden = false;
    button.addEventListener("click", () => reveal(button));
  }
}

function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const isShown = field.type === "password";
  field.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", isShown);
}
