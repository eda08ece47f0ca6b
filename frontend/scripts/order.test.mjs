import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { drawn } = await load("order");

const ask = (id, rest = {}) => ({ id, type: "choice", text: { nb: id }, options: [], ...rest });
const block = (name, number, ids, rest = {}) =>
  ids.map((id) => ask(id, { order: { group: name, block: number }, ...rest }));

const ROUND = [
  ask("first"),
  ...block("g1", 0, ["a1", "a2", "a3"], { within: "w:a" }),
  ...block("g1", 1, ["b1"]),
  ...block("g1", 2, ["c1", "c2"]),
  ask("middle"),
  ...["d1", "d2", "d3", "d4"].map((id) => ask(id, { within: "w:d" })),
  ask("last"),
];
const orders = Array.from({ length: 600 }, () => drawn(ROUND).map(({ id }) => id));

test("nothing is lost, doubled or moved out of its group", () => {
  const every = ROUND.map(({ id }) => id).sort();
  for (const ids of orders) {
    assert.deepEqual([...ids].sort(), every);
    assert.deepEqual([ids[0], ids[7], ids[12]], ["first", "middle", "last"]);
    assert.deepEqual(ids.slice(8, 12).sort(), ["d1", "d2", "d3", "d4"]);
  }
});

test("the questions of a block stay together, in the file's order unless they are mixed too", () => {
  for (const ids of orders) {
    const blocks = ids.slice(1, 7).map((id) => id[0]).join("").replace(/(.)\1+/g, "$1");
    assert.equal(blocks.length, 3, blocks);
    assert.equal(ids.indexOf("c2"), ids.indexOf("c1") + 1);
  }
});

test("every order comes about equally often", () => {
  const count = (read) => {
    const counts = new Map();
    for (const ids of orders) counts.set(read(ids), (counts.get(read(ids)) ?? 0) + 1);
    return counts;
  };
  const blocks = count((ids) => ids.slice(1, 7).map((id) => id[0]).join("").replace(/(.)\1+/g, "$1"));
  const mixed = count((ids) => ids.slice(8, 12).join());
  // 100 and 25 are expected; a fair draw goes below these in less than one run of a million.
  assert.equal(blocks.size, 6);
  assert.ok(Math.min(...blocks.values()) > 48, String([...blocks.values()]));
  assert.ok(mixed.size >= 20, String(mixed.size));
});

test("a round that asks for no order keeps its own", () => {
  const plain = ["x", "y", "z"].map((id) => ask(id));
  assert.deepEqual(drawn(plain), plain);
});
