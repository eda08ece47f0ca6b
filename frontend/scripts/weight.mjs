// Weighs what a phone downloads to answer in one language, gzipped, and fails over the limits.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const STATIC = fileURLToPath(new URL("../../server/static/", import.meta.url));
const LIMITS = { javascript: 40, css: 15, journey: 120, font: 25 };

const html = readFileSync(join(STATIC, "svar/index.html"), "utf8");
const linked = [...html.matchAll(/(?:src|href)="\/static\/([^"]+)"/g)].map(([, path]) => path);
const scripts = reachable(linked.filter((path) => path.endsWith(".js")));
const styles = linked.filter((path) => path.endsWith(".css"));
const images = linked.filter((path) => path.endsWith(".svg"));
const fonts = styles.flatMap((path) =>
  [...read(path).toString().matchAll(/\/static\/([^)"']+-latin-700[^)"']+\.woff2)/g)].map(([, font]) => font),
);
const catalogues = scripts.filter((path) => /\/(nb|nn|en|se)-/.test(path));
const code = scripts.filter((path) => !catalogues.includes(path));
const heaviest = Math.max(...catalogues.map(gzipped));

const parts = {
  html: gzipSync(html).length,
  javascript: sum(code),
  messages: heaviest,
  css: sum(styles),
  font: fonts.reduce((total, path) => total + read(path).length, 0),
  icon: sum(images),
};
const journey = Object.values(parts).reduce((total, bytes) => total + bytes, 0);

let over = false;
for (const [name, bytes] of Object.entries({ ...parts, journey })) {
  const limit = LIMITS[name];
  const tooMuch = limit !== undefined && bytes > limit * 1000;
  over ||= tooMuch;
  const room = limit === undefined ? "" : ` of ${limit} kB${tooMuch ? "  TOO HEAVY" : ""}`;
  console.log(`${name.padEnd(11)}${(bytes / 1000).toFixed(1).padStart(6)} kB${room}`);
}
if (code.length === 0 || styles.length === 0 || fonts.length === 0 || catalogues.length < 3) {
  console.log("The build looks different from what this script weighs: update it.");
  over = true;
}
process.exit(over ? 1 : 0);

/** Scripts, and every script they import, now or later. */
function reachable(entries) {
  const found = new Set();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const [, next] of read(path).toString().matchAll(/["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g))
      queue.push(join(dirname(path), next));
  }
  return [...found];
}

function read(path) {
  return readFileSync(join(STATIC, path));
}

function gzipped(path) {
  return gzipSync(read(path)).length;
}

function sum(paths) {
  return paths.reduce((total, path) => total + gzipped(path), 0);
}
