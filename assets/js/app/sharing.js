// Sending the link to friends: the phone's own sheet where there is one, and copying.

const SAID_MS = 2000;

export function offerSharing() {
  reveal();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-share], [data-copy]");
    if (button?.dataset.share) {
      // Who closes the sheet without choosing has not failed.
      navigator.share({ text: button.dataset.text, url: button.dataset.share }).catch(() => {});
    } else if (button) {
      copy(button);
    }
  });
}

/** Show the buttons of the page that is open now, where they can do anything; a sheet to share by is a phone's. */
export function reveal() {
  const hasSheet = Boolean(navigator.share) && matchMedia("(pointer: coarse)").matches;
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = !hasSheet;
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.querySelector("[data-words]");
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => {
    words.textContent = before;
  }, SAID_MS);
}
