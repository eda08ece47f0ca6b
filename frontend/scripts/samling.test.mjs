import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const { codeOf, merged } = await load("state", "samling/lib");
const { secondsLeft } = await load("live", "samling/lib");
const { secret, uuid } = await load("secret", "samling/lib");

const card = (id, more = {}) => ({ id, number: 1, challenge: id, ideas: [], notes: [], ...more });

test("a part replaces whole values and single cards, and leaves the rest", () => {
  const state = { version: 1, phones: 3, cards: [card("a"), card("b")] };
  const after = merged(state, { version: 2, changed: [card("b", { votes: 2 })] });
  assert.deepEqual(after, { version: 2, phones: 3, cards: [card("a"), card("b", { votes: 2 })] });
  assert.equal(state.cards[1].votes, undefined);
});

test("a card that the new list lacks is gone, also when it changed", () => {
  const state = { version: 1, cards: [card("a"), card("b")] };
  const after = merged(state, { cards: [card("a")], changed: [card("b", { notes: ["x"] })] });
  assert.deepEqual(after.cards, [card("a")]);
});

test("the code is read from each view's address", () => {
  for (const path of ["/s/ab12cd", "/s/AB12CD/skjerm", "/stab/samlinger/AB12CD"])
    assert.equal(codeOf(path), "AB12CD");
  assert.equal(codeOf("/s"), null);
  assert.equal(codeOf("/s/"), null);
});

test("a timer counts down by the device's own clock, never below nothing, and rests when stopped", () => {
  const at = (seconds_left, running) => ({ timer: { seconds_left, running } });
  assert.equal(secondsLeft(at(60, true), 1000, 11_000), 50);
  assert.equal(secondsLeft(at(5, true), 0, 60_000), 0);
  assert.equal(secondsLeft(at(60, false), 0, 60_000), 60);
  assert.equal(secondsLeft({ timer: null }, 0, 1), 0);
});

test("ids and secrets have the form that the server takes, and are never the same", () => {
  const ids = new Set(Array.from({ length: 1000 }, uuid));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  for (let i = 0; i < 1000; i++) assert.match(secret(), /^[A-Za-z0-9_-]{22}$/);
});

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../samling/messages/${name}.json`, import.meta.url), "utf8"));
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

for (const view of ["telefon", "leder"]) {
  const fallback = read(`${view}.nb`);
  for (const language of ["nn", "en"])
    test(`${view}: ${language} has the texts of nb, with their placeholders`, () => {
      const catalogue = read(`${view}.${language}`);
      assert.deepEqual(Object.keys(catalogue), Object.keys(fallback));
      for (const [key, text] of Object.entries(catalogue)) {
        assert.notEqual(text.trim(), "", key);
        assert.deepEqual(placeholders(text), placeholders(fallback[key]), key);
      }
    });

  test(`${view}: each error has a title and says what to do next, and one has its many`, () => {
    for (const key of Object.keys(fallback)) {
      if (/^error\.\w+$/.test(key)) assert.ok(`${key}.next` in fallback, key);
      if (key.endsWith(".one")) assert.ok(key.replace(/one$/, "more") in fallback, key);
    }
  });
}

test("no text of one view stands in the other as well", () => {
  const phone = Object.keys(read("telefon.nb"));
  assert.deepEqual(phone.filter((key) => key in read("leder.nb")), []);
});
