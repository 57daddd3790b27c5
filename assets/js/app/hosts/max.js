// MAX: its data come after the # of the address, its buttons through its own script, which is loaded in MAX alone.

const SCRIPT = "https://st.max.ru/js/max-web-app.js";
const CONTACT_MS = 60000;

/** Return the host if the app was opened in MAX with these parameters, else nothing. */
export function max(parameters) {
  if (!parameters.has("WebAppData")) {
    return null;
  }
  const ready = new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.onload = () => resolve(window.WebApp ?? null);
    // Without it the app works all the same, with buttons of the page.
    script.onerror = () => resolve(null);
    document.head.append(script);
  });
  let goBack = null;
  ready.then((app) => app?.BackButton?.onClick(() => goBack?.()));
  return {
    name: "max",
    signed: parameters.get("WebAppData"),
    start() {
      ready.then((app) => app?.ready?.());
    },
    back(go) {
      goBack = go;
      ready.then((app) => (go ? app?.BackButton?.show() : app?.BackButton?.hide()));
    },
    main() {},
    felt(how) {
      ready.then((app) => app?.HapticFeedback?.notificationOccurred(how));
    },
    open(url) {
      ready.then((app) => (app?.openLink ? app.openLink(url) : window.open(url, "_blank", "noopener")));
    },
    phone: ready.then((app) => (app?.requestContact ? () => requestContact(app) : null)),
  };
}

// The phone that the person agrees to share, signed by MAX, as our door takes it; null if they do not. Some clients
// give it by the promise, others by an event.
async function requestContact(app) {
  const told = new Promise((resolve) => {
    app.onEvent?.("WebAppRequestPhone", resolve);
    setTimeout(() => resolve(null), CONTACT_MS);
  });
  try {
    const answered = app.requestContact().then((contact) => (contact?.phone ? contact : told));
    const { phone, authDate, hash } = await Promise.race([answered, told]);
    return new URLSearchParams({ phone, authDate, hash }).toString();
  } catch {
    return null;
  }
}
