// Keeps the till's page on the device, so that it opens and reloads without a network. The page itself is asked
// for anew while there is one; what it is made of has the hash of its content in its name and is asked for once.

const CACHE = `plushka-till-${VERSION}`;
const PAGE = "/till";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([PAGE, ...SHELL]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("plushka-till-") && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim())
      .then(() => caches.open(CACHE))
      // Scanning by camera waits for these, nothing else does: a failure is made good at their first use.
      .then((cache) => cache.addAll(LATER).catch(() => {})),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) {
    return;
  }
  if (request.mode === "navigate" && pathname === PAGE) {
    event.respondWith(freshPage(request));
  } else if (SHELL.includes(pathname) || LATER.includes(pathname)) {
    event.respondWith(kept(request));
  }
});

async function freshPage(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) {
      throw new Error(`the server answers ${answer.status}`);
    }
    await cache.put(PAGE, answer.clone());
    return answer;
  } catch {
    return (await cache.match(PAGE)) ?? Response.error();
  }
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) {
    return found;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
  }
  return answer;
}
