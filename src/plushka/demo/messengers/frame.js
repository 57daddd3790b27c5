// VK's side of a mini app in its frame: what the app asks for is answered as VK's bridge does (github.com/VKCOM/vk-bridge).
const frame = document.querySelector("iframe");
const asking = document.querySelector("dialog");
const isNight = matchMedia("(prefers-color-scheme: dark)");

function tell(type, data) {
  frame.contentWindow.postMessage({ type, data }, new URL(frame.src).origin);
}

function tellLook() {
  tell("VKWebAppUpdateConfig", { scheme: isNight.matches ? "space_gray" : "bright_light", app: "vkclient" });
}

function allows() {
  asking.showModal();
  return new Promise((resolve) => {
    asking.addEventListener("close", () => resolve(asking.returnValue === "yes"), { once: true });
  });
}

window.addEventListener("message", async ({ source, data }) => {
  if (source !== frame.contentWindow || data?.type !== "vk-connect") return;
  switch (data.handler) {
    case "VKWebAppInit":
      tell("VKWebAppInitResult", { result: true });
      tellLook();
      break;
    case "VKWebAppGetUserInfo":
      tell("VKWebAppGetUserInfoResult", JSON.parse(frame.dataset.person));
      break;
    case "VKWebAppGetPhoneNumber":
      if (await allows()) tell("VKWebAppGetPhoneNumberResult", JSON.parse(frame.dataset.phone));
      else tell("VKWebAppGetPhoneNumberFailed", { error_type: "client_error", error_data: { error_code: 4 } });
      break;
  }
});
isNight.addEventListener("change", tellLook);
