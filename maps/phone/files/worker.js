// The service worker; `server.py` puts SHELL, store.js and send.js before it. Keeps the page's own
// files, so that it opens without a network, and sends what is left when the network is back after
// the page was closed. The files hold nothing of anybody; the day does not come this way.
"use strict";

const CACHE = `outreach-${SHELL.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const fresh = SHELL.files.map((name) => new Request(`./${name}`, { cache: "reload" }));
      await cache.addAll(fresh);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(CACHE);
      const kept = await cache.match(event.request, { ignoreSearch: true });
      return kept || fetch(event.request);
    })(),
  );
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "reports") return;
  event.waitUntil(
    (async () => {
      let { left, unreached } = await self.outreach.send();
      if (left && !unreached) {
        // typed a moment ago, and the page may be closed by now
        await new Promise((go) => setTimeout(go, self.outreach.UNDO_MS + 500));
        ({ unreached } = await self.outreach.send());
      }
      for (const page of await self.clients.matchAll()) page.postMessage({ unreached });
      if (unreached) throw new Error("not reached"); // the browser tries again by itself
    })(),
  );
});
