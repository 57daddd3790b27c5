// In a messenger the first page is that for strangers; whoever the messenger has signed to be here is let in at once.

import { host } from "./hosts/host.js";
import { hasSession, headers, remember } from "./session.js";
import { go, goOn, taken } from "./travelling.js";

const home = document.body.dataset.home;

export async function enter() {
  if (host.name === "browser") {
    return;
  }
  document.documentElement.classList.add("is-entering");
  host.start(paint);
  try {
    if (hasSession() && (await goOn(location.pathname))) {
      return;
    }
    remember("session", "");
    const answer = await post(`${home}/enter/${host.name}`, host.signed);
    if (!answer.ok) {
      await taken(answer);
      return;
    }
    const { session, launch } = await answer.json();
    remember("session", session);
    remember("launch", launch);
    if (session) {
      await go(location.pathname, { replace: true });
    } else {
      offerPhone();
    }
  } finally {
    document.documentElement.classList.remove("is-entering");
  }
}

/** Let somebody new share the phone that the messenger knows, where it can. */
async function offerPhone() {
  const ask = await host.phone;
  const button = document.querySelector("[data-phone]");
  if (!button || !ask) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    const signed = await ask();
    if (signed) {
      await taken(await post(`${home}/enter/${host.name}/phone`, signed));
    }
  });
}

function post(url, signed) {
  return fetch(url, { method: "POST", headers: headers(), body: new URLSearchParams({ signed }) });
}

/** Take the host's colours; whether it is night is told, or seen by the ground. */
function paint(colours, isDark = isNight(colours["--color-base-200"])) {
  const root = document.documentElement;
  if (isDark !== undefined) {
    root.dataset.theme = isDark ? "plushka-dark" : "plushka";
  }
  for (const [name, colour] of Object.entries(colours)) {
    if (colour) {
      root.style.setProperty(name, colour);
    }
  }
}

function isNight(ground) {
  if (!/^#[0-9a-f]{6}$/i.test(ground ?? "")) {
    return undefined;
  }
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(ground.slice(at, at + 2), 16));
  return 299 * red + 587 * green + 114 * blue < 128000;
}
