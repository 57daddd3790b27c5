// VK: its parameters come in the address itself; it is spoken to as its bridge does (github.com/VKCOM/vk-bridge).

const FRAMES = /^https:\/\/([a-z0-9-]+\.)*vk\.(com|ru)$/;

/** Return the host if the app was opened in VK, else nothing. */
export function vk(_, query) {
  if (!query.has("vk_user_id") || !query.has("sign")) {
    return null;
  }
  return {
    name: "vk",
    signed: query.toString(),
    start(paint) {
      window.addEventListener("message", ({ origin, data }) => {
        if (FRAMES.test(origin) && data?.type === "VKWebAppUpdateConfig") {
          paint({}, /dark|space_gray/.test(data.data?.scheme ?? data.data?.appearance ?? ""));
        }
      });
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
    phone: null,
  };
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
