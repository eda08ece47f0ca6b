import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { clues } = await load("identifying");
const { pick } = await load("languages");

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
