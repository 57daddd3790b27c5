// Fetching a page of the app and showing it in place of the one that is open.

import { headers } from "./session.js";

/** Return the page at `url` as a document. */
export async function load(url) {
  const response = await fetch(url, { headers: headers() });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Show `page` in place of the one that is open. */
export function show(page) {
  for (const name of ["header", "main", "nav"]) {
    const [before, after] = [document.querySelector(`body > ${name}`), page.querySelector(`body > ${name}`)];
    if (before && after) {
      before.replaceWith(document.adoptNode(after));
    } else if (after) {
      document.body.append(document.adoptNode(after));
    } else {
      before?.remove();
    }
  }
  document.title = page.title;
  setOffline(page.documentElement.classList.contains("is-offline"));
}

export function setOffline(isOffline) {
  document.documentElement.classList.toggle("is-offline", isOffline);
}
