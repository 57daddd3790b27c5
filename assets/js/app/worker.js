// The service worker of the app: a page that cannot be loaded is shown as it was seen last, with a notice; and what is
// pushed is shown as a notification that opens its page.

const PAGES = "plushka-pages";
const FILES = "plushka-files";
const PATIENCE_MS = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) {
    return;
  }
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request.url, { cacheName: FILES }).then((kept) => kept ?? fetch(request)));
  } else if (url.pathname.startsWith("/app/") && url.pathname !== self.location.pathname) {
    event.respondWith(loaded(request, url));
  }
});

self.addEventListener("push", (event) => {
  const { title, body, url, tag, image } = event.data?.json() ?? {};
  if (title) {
    event.waitUntil(self.registration.showNotification(title, { body, tag, image, data: { url } }));
  }
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin)));
});

// A page of ours that is open is used; what leads elsewhere opens beside it.
async function open(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const known = url.origin === self.location.origin && pages.find((page) => new URL(page.url).pathname.startsWith(url.pathname));
  return known ? known.focus() : self.clients.openWindow(url.href);
}

async function loaded(request, url) {
  const pages = await caches.open(PAGES);
  const kept = await pages.match(url.pathname);
  const fresh = fetch(request).then(async (response) => {
    if (response.ok && !response.redirected && response.headers.get("content-type")?.startsWith("text/html")) {
      await pages.put(url.pathname, response.clone());
    }
    return response;
  });
  if (!kept) {
    return fresh;
  }
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
  // Whichever comes late must not be an error that nobody hears.
  fresh.catch(() => {});
  late.catch(() => {});
  return Promise.race([fresh, late]).catch(() => asOfThen(kept));
}

async function asOfThen(kept) {
  const html = await kept.text();
  return new Response(html.replace("<html ", '<html class="is-offline" '), { headers: kept.headers });
}
