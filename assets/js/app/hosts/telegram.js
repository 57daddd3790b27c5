// Telegram's web view, spoken to directly: its own script would come from a host that is not ours.
// Protocol: docs.telegram-mini-apps.com/platform (methods and events); data come after the # of the address.

const WEB = "https://web.telegram.org";
const CONTACT_MS = 60000;
const listeners = new Map();

/** Return the host if the app was opened in Telegram with these parameters, else nothing. */
export function telegram(parameters) {
  if (!parameters.has("tgWebAppData")) {
    return null;
  }
  window.Telegram = { WebView: { receiveEvent: hear } };
  window.TelegramGameProxy_receiveEvent = hear;
  window.addEventListener("message", ({ source, data }) => {
    if (source === window.parent && typeof data === "string" && data.startsWith("{")) {
      const { eventType, eventData } = JSON.parse(data);
      hear(eventType, eventData);
    }
  });
  return {
    name: "telegram",
    signed: parameters.get("tgWebAppData"),
    start(paint) {
      listeners.set("theme_changed", ({ theme_params }) => paint(coloursOf(theme_params)));
      paint(coloursOf(JSON.parse(parameters.get("tgWebAppThemeParams") ?? "{}")));
      tell("web_app_ready");
      tell("web_app_expand");
    },
    back(go) {
      listeners.set("back_button_pressed", () => go?.());
      tell("web_app_setup_back_button", { is_visible: Boolean(go) });
    },
    main(text, press) {
      listeners.set("main_button_pressed", () => press?.());
      tell("web_app_setup_main_button", { is_visible: Boolean(press), is_active: true, ...(text && { text }) });
    },
    felt(how) {
      tell("web_app_trigger_haptic_feedback", { type: "notification", notification_type: how });
    },
    open(url) {
      tell("web_app_open_link", { url });
    },
    phone: requestContact,
  };
}

function tell(eventType, eventData = {}) {
  if (window.TelegramWebviewProxy) {
    window.TelegramWebviewProxy.postEvent(eventType, JSON.stringify(eventData));
  } else if (window.external?.notify) {
    window.external.notify(JSON.stringify({ eventType, eventData }));
  } else if (window.parent !== window) {
    window.parent.postMessage(JSON.stringify({ eventType, eventData }), WEB);
  }
}

function hear(eventType, eventData) {
  listeners.get(eventType)?.(eventData ?? {});
}

// The phone that the person agrees to share, signed by Telegram as the data of the launch are; null if they do not.
function requestContact() {
  return new Promise((resolve) => {
    const request = String(Date.now());
    setTimeout(() => resolve(null), CONTACT_MS);
    listeners.set("phone_requested", ({ status }) => {
      if (status !== "sent") {
        resolve(null);
        return;
      }
      tell("web_app_invoke_custom_method", { req_id: request, method: "getRequestedContact", params: {} });
    });
    listeners.set("custom_method_invoked", ({ req_id, result }) => {
      if (req_id === request) {
        resolve(typeof result === "string" && result ? result : null);
      }
    });
    tell("web_app_request_phone");
  });
}

function coloursOf(theme) {
  return {
    "--color-base-200": theme.secondary_bg_color ?? theme.bg_color,
    "--color-base-100": theme.section_bg_color ?? theme.bg_color,
    "--color-base-300": theme.section_separator_color,
    "--color-base-content": theme.text_color,
    "--plushka-muted": theme.subtitle_text_color ?? theme.hint_color,
  };
}
