// Notifications of this browser: asked for by a press alone, kept with the key of now, and ended with the session.

const home = document.body.dataset.home;
const WORKER = "/app/worker.js";
const PATIENCE_MS = 20000;
const PARTING_MS = 3000;

export function offerNotifications() {
  document.addEventListener("submit", endWithSession);
  const place = document.querySelector("[data-push-key]");
  if (!place || !("serviceWorker" in navigator) || !("PushManager" in window)) {
    return;
  }
  keep(place.dataset.pushKey);
  const button = place.querySelector("[data-push-on]");
  if (button) {
    show(place, button);
  }
}

/** Show what can be done here: turn on, or learn why it cannot be. */
async function show(place, button) {
  const denied = Notification.permission === "denied";
  button.hidden = denied || (await subscription()) !== null;
  place.querySelector("[data-push-unable]").hidden = true;
  tell(place, denied ? "denied" : "");
  button.addEventListener("click", async () => {
    button.disabled = true;
    tell(place, "");
    const answer = await Notification.requestPermission();
    if (answer === "granted" && (await subscribe(place.dataset.pushKey))) {
      location.assign(`${home}/profile?said=push_on`);
      return;
    }
    button.disabled = false;
    button.hidden = answer === "denied";
    tell(place, { granted: "failed", denied: "denied", default: "unanswered" }[answer]);
  });
}

/** Show the one sentence that holds now; empty: none. */
function tell(place, which) {
  for (const name of ["denied", "failed", "unanswered"]) {
    place.querySelector(`[data-push-${name}]`).hidden = name !== which;
  }
}

// A browser that its owner has let show notifications goes on by itself when the business has made another key.
async function keep(key) {
  const known = await subscription();
  if (known && Notification.permission === "granted" && keyOf(known) !== key) {
    await known.unsubscribe();
    await subscribe(key);
  }
}

async function subscribe(key) {
  try {
    const worker = await navigator.serviceWorker.register(WORKER, { scope: home });
    await ready(worker);
    // A browser that does not reach its push service asks for minutes, and says nothing meanwhile.
    const made = await within(
      PATIENCE_MS,
      worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }),
    );
    const { endpoint, keys } = made.toJSON();
    const answer = await fetch(`${home}/notifications`, {
      method: "POST",
      body: new URLSearchParams({ key, endpoint, p256dh: keys.p256dh, auth: keys.auth }),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

// A business has a worker of its own beside that of all pages: a subscription has one key.
async function subscription() {
  const workers = await navigator.serviceWorker.getRegistrations();
  const own = workers.find((worker) => new URL(worker.scope).pathname === home);
  return own ? own.pushManager.getSubscription() : null;
}

function ready(worker) {
  const fresh = worker.active ? null : (worker.installing ?? worker.waiting);
  return fresh && new Promise((next) => fresh.addEventListener("statechange", () => fresh.state === "activated" && next()));
}

function keyOf(known) {
  const bytes = new Uint8Array(known.options.applicationServerKey ?? []);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Who signs out wants nothing to appear here any more; the push service then tells the business that it is gone.
// The form waits for it: a page that is left asks its browser for nothing more.
async function endWithSession(event) {
  const form = event.target;
  const isSignOut = !event.defaultPrevented && form.getAttribute("action") === `${home}/sign-out`;
  if (!isSignOut || !("serviceWorker" in navigator) || window.Notification?.permission !== "granted") {
    return;
  }
  event.preventDefault();
  try {
    await within(PARTING_MS, subscription().then((known) => known?.unsubscribe()));
  } finally {
    form.submit();
  }
}

/** Wait for something, but not for ever. */
function within(milliseconds, promise) {
  return Promise.race([promise, new Promise((_, fail) => setTimeout(fail, milliseconds))]);
}
