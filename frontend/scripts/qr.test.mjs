import assert from "node:assert/strict";
import { test } from "node:test";
import decode from "qr/decode.js";
import { load } from "./load.mjs";

const { qrCode } = await load("qr");

const MODULE = 5;
const QUIET = 4;

/** What a camera would see of the drawing. */
function photograph({ size, path }) {
  const width = (size + 2 * QUIET) * MODULE;
  const data = new Uint8ClampedArray(4 * width * width).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let i = 0; i < MODULE * MODULE; i++) {
      const [column, row] = [(+x + QUIET) * MODULE + (i % MODULE), (+y + QUIET) * MODULE + Math.floor(i / MODULE)];
      data.fill(0, 4 * (row * width + column), 4 * (row * width + column) + 3);
    }
  return { width, height: width, data };
}

for (const text of [
  "http://10.0.0.7:8000/r/A1/trekk#egg-ost-tre-ball-vind-sol-smil-hus",
  `https://fortell.langtnavnkommune.no/r/ABCDEFGH1234/trekk#${Array(8).fill("selleri").join("-")}`,
])
  test(`another program reads ${text.length} characters from the code`, () => {
    assert.equal(decode(photograph(qrCode(text))), text);
  });
