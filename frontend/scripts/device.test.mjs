import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";
import { weblocks } from "./weblocks.mjs";

const { all, change, erase, read, remove, write } = await load("device");
const names = async () => (await indexedDB.databases()).map(({ name }) => name);

beforeEach(async () => {
  weblocks();
  await erase();
});

test("to look for something leaves no database behind", async () => {
  assert.equal(await read("draft"), undefined);
  assert.deepEqual(await all("answer:"), new Map());
  await remove("draft");
  assert.deepEqual(await names(), []);
});

test("what is written is read again, by key and by what keys begin with", async () => {
  assert.equal(await write("answer:b", { n: 2 }), true);
  await write("answer:a", { n: 1 });
  await write("draft", { n: 3 });
  assert.deepEqual(await read("answer:a"), { n: 1 });
  assert.equal(await read("answer:"), undefined);
  assert.deepEqual([...(await all("answer:"))], [["answer:a", { n: 1 }], ["answer:b", { n: 2 }]]);
});

test("the database goes with its last record", async () => {
  await write("a", 1);
  await write("b", 2);
  await remove("a");
  assert.deepEqual(await names(), ["fortell"]);
  await remove("b");
  assert.deepEqual(await names(), []);
});

test("where tabs cannot be locked out, the empty database stays: another may be writing", async () => {
  weblocks(false);
  await write("a", 1);
  await remove("a");
  assert.deepEqual([await names(), await all("")], [["fortell"], new Map()]);
});

test("a record that is written while the last one goes stays", async () => {
  for (let turn = 0; turn < 30; turn++) {
    await write("old", 1);
    await Promise.all([remove("old"), write("new", turn)]);
    assert.equal(await read("new"), turn);
    await remove("new");
  }
  assert.deepEqual(await names(), []);
});

test("changes of one record never overwrite each other", async () => {
  await Promise.all(Array.from({ length: 40 }, () => change("n", (now = 0) => now + 1)));
  assert.equal(await read("n"), 40);
});

test("a device that refuses is said to refuse, and nothing is thrown", async () => {
  const { open } = indexedDB;
  const refusals = {
    "a private window": () => {
      throw new DOMException("no", "SecurityError");
    },
    "a full disk": () => {
      const request = {};
      queueMicrotask(() => request.onerror());
      return request;
    },
  };
  for (const [why, refuse] of Object.entries(refusals)) {
    indexedDB.open = refuse;
    assert.equal(await write("a", 1), false, why);
    assert.equal(await read("a"), undefined, why);
    assert.deepEqual(await all(""), new Map(), why);
  }
  indexedDB.open = open;
  const whole = globalThis.indexedDB;
  delete globalThis.indexedDB;
  assert.equal(await write("a", 1), false);
  assert.equal(await read("a"), undefined);
  globalThis.indexedDB = whole;
});
