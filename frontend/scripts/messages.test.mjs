import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../svar/messages/", import.meta.url);
const catalogues = Object.fromEntries(
  readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8"))]),
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

test("each error has a title and says what to do next", () => {
  const exceptions = new Set(["again", "home", "opens", "once"]);
  for (const key of Object.keys(fallback)) {
    const [, code] = /^error\.(\w+)$/.exec(key) ?? [];
    if (code === undefined || exceptions.has(code)) continue;
    assert.ok(`error.${code}.next` in fallback, key);
  }
});
