/* The agents' phone without a network: the shell, its assets and the page that says so. No page with people's data is
   ever kept here: whatever else is asked for goes to the network or fails. */
"use strict";

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT.cache);
  await cache.addAll([KEPT.offline, ...KEPT.assets].map((url) => new Request(url, { cache: "reload" })));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys())
    if (name.startsWith("youlu-") && name !== KEPT.cache) await caches.delete(name);
  await self.clients.claim();
})()));

const kept = async (request) => (await (await caches.open(KEPT.cache)).match(request)) || fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate")
    event.respondWith(fetch(request).catch(() => kept(KEPT.offline)));
  else if (KEPT.assets.includes(new URL(request.url).pathname))
    event.respondWith(kept(request));
});
