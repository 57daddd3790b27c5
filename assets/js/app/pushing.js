// Notifications of this browser: asked for by a press alone, kept with the key of now, and ended with the session.

const home = document.body.dataset.home;
const WORKER = "/app/worker.js";

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
  const on = !denied && (await subscription()) !== null;
  button.hidden = denied || on;
  place.querySelector("[data-push-unable]").hidden = true;
  place.querySelector("[data-push-denied]").hidden = !denied;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const granted = (await Notification.requestPermission()) === "granted";
    if (granted && (await subscribe(place.dataset.pushKey))) {
      location.assign(`${home}/profile?said=push_on`);
      return;
    }
    button.disabled = false;
    place.querySelector(granted ? "[data-push-failed]" : "[data-push-denied]").hidden = false;
  });
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
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
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
async function endWithSession(event) {
  if (event.target.getAttribute("action") === `${home}/sign-out` && "serviceWorker" in navigator) {
    (await subscription())?.unsubscribe();
  }
}
