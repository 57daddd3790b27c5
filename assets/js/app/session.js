// The session of a messenger, where no cookie goes: kept for the visit, sent with every request of ours.

import { host } from "./hosts/host.js";

const home = document.body.dataset.home;
const kept = { session: `plushka-session ${home}`, launch: `plushka-newcomer ${home}` };

export function headers() {
  if (host.name === "browser") {
    return {};
  }
  const [session, launch] = [sessionStorage.getItem(kept.session), sessionStorage.getItem(kept.launch)];
  return {
    "plushka-messenger": host.name,
    ...(session && { authorization: `Bearer ${session}` }),
    ...(launch && { "plushka-launch": launch }),
  };
}

/** Remember a session, or how somebody new has opened the app; an empty text forgets it. */
export function remember(name, text) {
  if (text) {
    sessionStorage.setItem(kept[name], text);
  } else {
    sessionStorage.removeItem(kept[name]);
  }
}

export function hasSession() {
  return sessionStorage.getItem(kept.session) !== null;
}
