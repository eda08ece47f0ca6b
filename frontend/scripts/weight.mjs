// Weighs what a phone downloads to answer, or to take part in a workshop, in one language, gzipped,
// and what the facilitator and the big screen download; fails over the limits.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { reachable } from "./reachable.mjs";

const STATIC = fileURLToPath(new URL("../../server/static/", import.meta.url));
const ASSETS = join(STATIC, "assets");
const WORKSHOP = {
  telefon: { javascript: 40, css: 10, messages: 5 },
  leder: { javascript: 40, css: 10, messages: 10 },
  skjerm: { javascript: 40, css: 10, messages: 10 },
};
const LIMITS = { javascript: 40, invited: 15, css: 15, journey: 120, font: 25 };

const html = readFileSync(join(STATIC, "svar/index.html"), "utf8");
const fetched = reachable(html, ASSETS);
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

for (const [view, limits] of Object.entries(WORKSHOP)) {
  const names = reachable(readFileSync(join(STATIC, `samling/${view}/index.html`), "utf8"), ASSETS);
  const texts = names.filter((name) => /^(telefon|leder)\.(nb|nn|en)-.*\.json$/.test(name));
  const weighed = {
    javascript: sum(names.filter((name) => name.endsWith(".js"))),
    css: sum(names.filter((name) => name.endsWith(".css"))),
    messages: Math.max(...["nb", "nn", "en"].map((language) => sum(spoken(texts, view, language)))),
  };
  for (const [name, bytes] of Object.entries(weighed)) {
    const limit = limits[name];
    const tooMuch = bytes > limit * 1000;
    over ||= tooMuch || bytes === 0;
    const line = `${view} ${name}`.padEnd(20) + (bytes / 1000).toFixed(1).padStart(6);
    console.log(`${line} kB of ${limit} kB${tooMuch ? "  TOO HEAVY" : ""}`);
  }
}
process.exit(over ? 1 : 0);

/** A phone fetches its own texts only; the other views have them all. */
function spoken(texts, view, language) {
  const own = view === "telefon" ? ["telefon"] : ["telefon", "leder"];
  return texts.filter((name) => own.some((catalogue) => name.startsWith(`${catalogue}.${language}-`)));
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
