/**
 * Service worker: the page opens without a network. It holds the page's own files, and no answer:
 * what is sent never goes through here (docs/decisions/0010-offline.md).
 */

declare const self: ServiceWorkerGlobalScope;
/** Filled in by the build: what the page needs, and a name that changes with it. */
declare const FILES: string[];
declare const VERSION: string;

const SHELL = `shell-${VERSION}`;
const PAGE = "/";
const PAGES = /^\/(r\/[^/]+(\/trekk)?\/?)?$/;
const ROUND = /^\/api\/rounds\/[^/]+$/;
const ASSETS = "/static/assets/";
/** How long somebody waits for the network where there is a copy. */
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  const filled = caches.open(SHELL).then((shell) => shell.addAll([PAGE, ...FILES]));
  event.waitUntil(filled);
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGES.test(pathname)) event.respondWith(fresh(request, PAGE));
  } else if (pathname.startsWith(ASSETS)) event.respondWith(held(request));
  else if (ROUND.test(pathname) && search === "") event.respondWith(fresh(request, pathname));
});

async function forgetOld(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
}

/** From the network; where that is slow, away, broken or somebody else's, the copy. */
async function fresh(request: Request, copy: string): Promise<Response> {
  const network = fetch(request);
  const good = network.then((reply) => (isOurs(request, reply) ? reply : undefined));
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
  const first = await Promise.race([good.catch(() => undefined), late]);
  return first ?? (await caches.match(copy)) ?? network;
}

/** Whether the server itself answers, and not a guest network, whose login page is for people. */
function isOurs({ mode }: Request, { status, headers }: Response): boolean {
  const json = headers.get("Content-Type")?.startsWith("application/json") === true;
  return status < 500 && (json || mode === "navigate");
}

/** A built file never changes under its name. */
async function held(request: Request): Promise<Response> {
  return (await caches.match(request.url)) ?? fetch(request);
}

export {};
