import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../svar/messages/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const catalogues = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name, read(name)]),
);
const fallback = catalogues["nb.json"];

const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("bokmål, nynorsk and English are there", () => {
  for (const name of ["nb.json", "nn.json", "en.json"]) assert.ok(name in catalogues, name);
});

for (const [name, catalogue] of Object.entries(catalogues)) {
  test(`${name} has the keys of nb.json`, () => {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(fallback).sort());
  });

  test(`${name} has the placeholders of nb.json, and no empty text`, () => {
    for (const [key, text] of Object.entries(catalogue)) {
      assert.notEqual(text.trim(), "", key);
      assert.deepEqual(placeholders(text), placeholders(fallback[key] ?? ""), key);
    }
  });
}

test("North Sámi is under way, and not offered before it is complete", (context) => {
  assert.ok(!("se.json" in catalogues), "it is complete: take coming/se.json and this test away");
  const coming = read("coming/se.json");
  for (const [key, text] of Object.entries(coming)) {
    assert.ok(key in fallback, `${key} is in no catalogue`);
    assert.deepEqual(placeholders(text), placeholders(fallback[key]), key);
  }
  const [done, all] = [coming, fallback].map((one) => Object.keys(one).length);
  context.diagnostic(`${done} of ${all} texts`);
  assert.ok(done < all, "move coming/se.json to se.json: then it is offered");
});

test("each error has a title and says what to do next", () => {
  const exceptions = new Set(["again", "home", "opens", "once"]);
  for (const key of Object.keys(fallback)) {
    const [, code] = /^error\.(\w+)$/.exec(key) ?? [];
    if (code === undefined || exceptions.has(code)) continue;
    assert.ok(`error.${code}.next` in fallback, key);
  }
});
