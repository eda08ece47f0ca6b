// Weighs what a phone downloads to answer in one language, gzipped, and fails over the limits.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const STATIC = fileURLToPath(new URL("../../server/static/", import.meta.url));
const ASSETS = join(STATIC, "assets");
const LIMITS = { javascript: 40, invited: 15, css: 15, journey: 120, font: 25 };

const html = readFileSync(join(STATIC, "svar/index.html"), "utf8");
const fetched = reachable(html);
const catalogues = fetched.filter((name) => /^(nb|nn|en|se)-.*\.json$/.test(name));
const scripts = fetched.filter((name) => name.endsWith(".js"));
// Fetched by those who are invited to a round, and nobody else.
const invited = scripts.filter((name) => name.startsWith("invitation-"));
const code = scripts.filter((name) => !invited.includes(name));
const styles = fetched.filter((name) => name.endsWith(".css"));
// Of the typeface, a page in these languages fetches the Latin letters only.
const fonts = fetched.filter((name) => name.includes("-latin-700") && name.endsWith(".woff2"));
const counted = new Set([...catalogues, ...scripts, ...styles]);
const others = fetched.filter((name) => !counted.has(name) && !name.endsWith(".woff2"));

// For use without a network, a phone fetches the other languages as well, when the page is up.
const worker = gzipSync(readFileSync(join(STATIC, "sw.js"))).length;
const largest = Math.max(...catalogues.map(gzipped));

const parts = {
  html: gzipSync(html).length,
  javascript: sum(code),
  invited: sum(invited),
  messages: largest,
  css: sum(styles),
  font: fonts.reduce((total, name) => total + read(name).length, 0),
  others: sum(others),
  offline: worker + sum(catalogues) - largest,
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
if (code.length === 0 || invited.length !== 1 || styles.length === 0 || fonts.length !== 1 || catalogues.length < 3) {
  console.log("The build looks different from what this script weighs: update it.");
  over = true;
}
process.exit(over ? 1 : 0);

/** Every built file that the page names, and that those files name, to be fetched now or later. */
function reachable(page) {
  const names = readdirSync(ASSETS);
  const found = new Set();
  const queue = [page];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    for (const name of names.filter((one) => !found.has(one) && text.includes(one))) {
      found.add(name);
      queue.push(read(name).toString());
    }
  }
  return [...found];
}

function read(name) {
  return readFileSync(join(ASSETS, name));
}

function gzipped(name) {
  return gzipSync(read(name)).length;
}

function sum(names) {
  return names.reduce((total, name) => total + gzipped(name), 0);
}
