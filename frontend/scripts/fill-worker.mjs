// Tells the built service worker which files the page needs, under a name that changes with them.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { reachable } from "./reachable.mjs";

const STATIC = new URL("../../server/static/", import.meta.url);
const WORKER = fileURLToPath(new URL("sw.js", STATIC));

// Of the typeface, the letters of the page's own languages.
const page = readFileSync(new URL("svar/index.html", STATIC), "utf8");
const files = reachable(page, fileURLToPath(new URL("assets/", STATIC)))
  .sort()
  .filter((name) => !/\.woff2?$/.test(name) || name.includes("-latin-700"))
  .map((name) => `/static/assets/${name}`);
const code = readFileSync(WORKER, "utf8");
const version = createHash("sha256").update(files.join()).update(page).update(code).digest("hex");
const constants = `const FILES=${JSON.stringify(files)},VERSION="${version.slice(0, 16)}";`;
writeFileSync(WORKER, constants + code);
