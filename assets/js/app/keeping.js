// The pages seen last are kept for when there is no network (worker.js); of who has signed out nothing is kept.

import { headers } from "./session.js";

const PAGES = "plushka-pages";
const FILES = "plushka-files";

export async function keepPages() {
  if (!("serviceWorker" in navigator) || !("caches" in window)) {
    return;
  }
  if (!document.querySelector(".tabs")) {
    await caches.delete(PAGES);
    return;
  }
  await navigator.serviceWorker.register("/app/worker.js", { scope: "/app/" });
  await keepFiles();
  await keepThisPage();
}

// The page that is open may have been loaded before there was anybody to keep it.
async function keepThisPage() {
  const pages = await caches.open(PAGES);
  if (await pages.match(location.pathname)) {
    return;
  }
  const page = await fetch(location.pathname, { headers: headers() });
  if (page.ok) {
    await pages.put(location.pathname, page);
  }
}

async function keepFiles() {
  const kept = await caches.open(FILES);
  const used = performance
    .getEntriesByType("resource")
    .map((file) => file.name.split("#")[0])
    .filter((url) => new URL(url).pathname.startsWith("/static/"));
  const known = (await kept.keys()).map((request) => request.url);
  await Promise.all(known.filter((url) => !used.includes(url)).map((url) => kept.delete(url)));
  await kept.addAll([...new Set(used)].filter((url) => !known.includes(url)));
}
