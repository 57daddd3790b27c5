// MAX: its data come after the # of the address, its buttons through its own script, which is loaded in MAX alone.

const SCRIPT = "https://st.max.ru/js/max-web-app.js";

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
    phone: null,
  };
}
