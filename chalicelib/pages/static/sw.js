"use strict";
// Keeps the files of the site and one page for when there is no network. No page with a name or a
// phone is ever kept.
const KEPT = [/*KEPT*/];
const NAME = `chunhui-${KEPT.join("|").length}-${KEPT[0]}`;
const base = new URL("..", registration.scope + "/").pathname;
const offline = `${base}m/offline`;

addEventListener("install", (event) => {
  const files = KEPT.map((name) => base + name);
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([offline, ...files])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(clean());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(offline)));
  } else if (pathname.startsWith(`${base}static/`)) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  }
});
