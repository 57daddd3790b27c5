// A page that ages (a card with its code, a talk) is loaded anew: by the clock while it is seen, and at once when it is
// seen again.

import { load, setOffline, show } from "./pages.js";

let due = 0;

export function renewCodes() {
  schedule();
  setInterval(renew, 1000);
  document.addEventListener("visibilitychange", renew);
  window.addEventListener("online", () => renew({ atOnce: true }));
}

/** Count the age of the page that is shown from now on. */
export function schedule() {
  const shown = document.querySelector("[data-renewed-after]");
  due = shown ? Date.now() + 1000 * Number(shown.dataset.renewedAfter) : Infinity;
}

async function renew({ atOnce = false } = {}) {
  const isShown = document.querySelector("[data-renewed-after]") !== null;
  // What is being typed must not be lost.
  const isTyping = Boolean(document.querySelector("main textarea")?.value);
  if (!isShown || isTyping || document.hidden || (!atOnce && Date.now() < due)) {
    return;
  }
  const isEnlarged = document.querySelector(".is-enlarged") !== null;
  due = Infinity;
  try {
    const page = await load(location.pathname);
    // Somebody may have gone to another page meanwhile.
    if (document.querySelector("[data-renewed-after]")) {
      show(page);
    }
  } catch {
    setOffline(true);
  }
  document.querySelector("[data-renewed-after]")?.classList.toggle("is-enlarged", isEnlarged);
  schedule();
}
