// VK: its parameters come in the address itself; it is spoken to as its bridge does (github.com/VKCOM/vk-bridge).

const ANSWER_MS = 60000;
const listeners = new Map();

/** Return the host if the app was opened in VK, else nothing. */
export function vk(_, query) {
  if (!query.has("vk_user_id") || !query.has("sign")) {
    return null;
  }
  // Who may frame the app is said by its policy, so the parent is VK; in VK's own apps there is no parent.
  window.addEventListener("message", ({ source, data }) => source === window.parent && hear(data));
  window.addEventListener("VKWebAppEvent", ({ detail }) => hear(detail));
  return {
    name: "vk",
    signed: query.toString(),
    start(paint) {
      listeners.set("VKWebAppUpdateConfig", ({ scheme, appearance }) =>
        paint({}, /dark|space_gray/.test(scheme ?? appearance ?? "")),
      );
      tell("VKWebAppInit");
    },
    back() {},
    main() {},
    felt(how) {
      tell("VKWebAppTapticNotificationOccurred", { type: how });
    },
    open(url) {
      window.open(url, "_blank", "noopener");
    },
    phone: requestPhone,
  };
}

// The phone that the person agrees to share and what they are called, as our door takes them; null if they do not.
async function requestPhone() {
  const shared = await asked("VKWebAppGetPhoneNumber");
  if (!shared?.phone_number) {
    return null;
  }
  const person = await asked("VKWebAppGetUserInfo");
  const { phone_number, sign = "" } = shared;
  return new URLSearchParams({ phone_number, sign, first_name: person?.first_name ?? "" }).toString();
}

/** Ask VK for something, and return what it answers; null if the person refuses. */
function asked(handler) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ANSWER_MS);
    listeners.set(`${handler}Result`, resolve);
    listeners.set(`${handler}Failed`, () => resolve(null));
    tell(handler);
  });
}

function hear(event) {
  listeners.get(event?.type)?.(event.data ?? {});
}

function tell(handler, params = {}) {
  const android = window.AndroidBridge?.[handler];
  const ios = window.webkit?.messageHandlers?.[handler];
  if (android) {
    window.AndroidBridge[handler](JSON.stringify(params));
  } else if (ios) {
    ios.postMessage(params);
  } else if (window.parent !== window) {
    // VK is reached at more than one address; nothing that is sent is a secret.
    window.parent.postMessage({ handler, params, type: "vk-connect" }, "*");
  }
}
