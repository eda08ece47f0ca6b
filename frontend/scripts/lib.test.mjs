import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { load } from "./load.mjs";

const { grouped, makeReceipt, readReceipt, sha256 } = await load("receipt");
const { clues } = await load("identifying");
const { pick } = await load("languages");

test("a receipt is 20 Crockford characters, and no two are alike", () => {
  const receipts = Array.from({ length: 200 }, makeReceipt);
  for (const receipt of receipts) assert.match(receipt, /^[0-9A-HJKMNP-TV-Z]{20}$/);
  assert.equal(new Set(receipts).size, receipts.length);
});

test("a receipt is read back however it is typed", () => {
  const receipt = "0123456789ABCDEFGHJK";
  assert.equal(grouped(receipt), "0123-4567-89AB-CDEF-GHJK");
  assert.equal(readReceipt(" o123 4567–89ab-cdef-ghjk"), receipt);
  assert.equal(readReceipt("OI23-4567-89AB-CDEF-GHJK"), receipt);
  assert.equal(readReceipt("0123-4567-89AB-CDEF-GHJ"), null);
  assert.equal(readReceipt("0123-4567-89AB-CDEF-GHJU"), null);
});

test("SHA-256 is the same with and without crypto.subtle", async () => {
  const receipt = "0123456789ABCDEFGHJK";
  const expected = createHash("sha256").update(receipt).digest("hex");
  assert.equal(await sha256(receipt), expected);
  Object.defineProperty(crypto, "subtle", { value: undefined });
  assert.equal(await sha256(receipt), expected);
});

const FOUND = [
  ["ring meg på 41234567", "phone"],
  ["ring meg på +47 412 34 567!", "phone"],
  ["nr er 41 23 45 67", "phone"],
  ["skriv til ola.nord@skole.no da", "email"],
  ["insta er @fjordgirl_09", "handle"],
  ["snap: fjordgirl", "handle"],
  ["jeg heter kari og går i tiende", "name"],
  ["Eg heiter Kari", "name"],
  ["æ hete Åse", "name"],
  ["my name is Amal", "name"],
  ["010203 45678", "id"],
];

for (const [text, clue] of FOUND)
  test(`${clue} in "${text}"`, () => {
    assert.ok(clues(text).includes(clue));
  });

const NOT_FOUND = [
  "",
  "Jeg ringte 116 111 og ventet i 45 minutter.",
  "Fra 2024 2025 ble det bedre.",
  "Læreren hørte på meg. Han heter det samme som faren min.",
  "Jeg fikk 10/10, og det kostet 1500 kr.",
];

for (const text of NOT_FOUND)
  test(`nothing in "${text}"`, () => {
    assert.deepEqual(clues(text), []);
  });

test("a language without a text gets bokmål", () => {
  assert.equal(pick({ nb: "hei", en: "hi" }, "se"), "hei");
  assert.equal(pick({ en: "hi" }, "nn"), "hi");
  assert.equal(pick({}, "nb"), "");
});
