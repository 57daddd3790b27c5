// From page to page inside a messenger: by requests that carry the session, as no cookie does it there.

import { host } from "./hosts/host.js";
import { show } from "./pages.js";
import { schedule } from "./renewing.js";
import { headers, remember } from "./session.js";
import { reveal } from "./sharing.js";

const UNKNOWN = 401;
const home = document.body.dataset.home;

export function travel() {
  if (host.name === "browser") {
    return;
  }
  document.addEventListener("click", follow);
  document.addEventListener("submit", send);
  window.addEventListener("popstate", () => go(location.pathname + location.search, { replace: true }));
}

/** Load a page of the app and show it, or the one that asks to sign in. */
export async function go(url, { replace = false } = {}) {
  await taken(await ask(url), { replace, url });
}

/** Go on where a session was left; false: it has run out, and nothing is shown. */
export async function goOn(url) {
  const answer = await ask(url);
  if (answer.status === UNKNOWN) {
    return false;
  }
  await taken(answer, { replace: true, url });
  return true;
}

/** Show the page that was answered, or go where it sends with the session that it gives. */
export async function taken(answer, { replace = false, url = answer.url } = {}) {
  const session = answer.headers.get("plushka-session");
  if (session) {
    remember("session", session);
    remember("launch", "");
    host.felt("success");
    await go(answer.headers.get("location"), { replace: true });
    return;
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  const at = answer.redirected ? answer.url : url;
  if (!at.includes("/enter/")) {
    history[replace ? "replaceState" : "pushState"](null, "", at);
  }
  window.scrollTo(0, 0);
  arrive();
}

/** Give the page that is shown now the buttons of the host. */
export function arrive() {
  schedule();
  reveal();
  const back = document.querySelector("[data-back]");
  host.back(back ? () => go(back.href) : null);
  const main = [...document.querySelectorAll("[data-main]")].find((button) => !button.hidden);
  host.main(main?.textContent.trim(), main ? () => main.click() : null);
}

function ask(url) {
  return fetch(url, { headers: headers() });
}

function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link) {
    return;
  }
  if (link.target === "_blank" || !link.pathname.startsWith(home)) {
    event.preventDefault();
    host.open(link.href);
  } else if (!link.hasAttribute("download")) {
    event.preventDefault();
    go(link.href);
  }
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  await taken(await fetch(form.action, { method: "POST", headers: headers(), body }));
}
