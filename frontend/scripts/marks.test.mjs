import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { MIDDLE, inTriangle, placeOf, shared, sharesAt, stepped, withShare } = await load("marks");

const TIMES = 2000;
const sum = (parts) => parts.reduce((all, part) => all + part, 0);
const below = (limit) => Math.floor(Math.random() * limit);

const ALL = [];
for (let top = 0; top <= 100; top += 5)
  for (let left = 0; left + top <= 100; left += 5) ALL.push([top, left, 100 - top - left]);

function assertComposition(parts, said) {
  assert.equal(sum(parts), 100, said);
  for (const part of parts) assert.ok(part >= 0 && part <= 100 && part % 5 === 0, said);
}

test("there are 231 ways to share 100 in fives between three", () => {
  assert.equal(ALL.length, 231);
  assertComposition(MIDDLE);
});

test("a share that was laid in the triangle is found there again", () => {
  for (const shares of ALL) {
    const { across, up } = placeOf(shares);
    assert.deepEqual(sharesAt(across, up), shares);
    assert.ok(inTriangle(across, up), shares.join());
  }
});

test("any point gives fives that add up to 100, and none is a whole step from the point", () => {
  for (let time = 0; time < TIMES; time += 1) {
    const weights = [Math.random(), Math.random(), Math.random()];
    const exact = weights.map((weight) => (weight / sum(weights)) * 100);
    const { across, up } = placeOf(exact);
    const shares = sharesAt(across, up);
    assertComposition(shares, exact.join());
    shares.forEach((share, index) => assert.ok(Math.abs(share - exact[index]) < 5, exact.join()));
  }
});

test("points far outside count as lying on the edge", () => {
  for (let time = 0; time < TIMES; time += 1)
    assertComposition(sharesAt(Math.random() * 8 - 4, Math.random() * 8 - 4));
  assert.deepEqual(sharesAt(0.5, 7), [100, 0, 0]);
  assert.deepEqual(sharesAt(-3, -1), [0, 100, 0]);
  assert.deepEqual(sharesAt(4, -1), [0, 0, 100]);
  assert.deepEqual(sharesAt(0.5, -0.4), [0, 50, 50]);
});

test("the corners are the poles: above is the first, then left, then right", () => {
  assert.deepEqual(sharesAt(0.5, 1), [100, 0, 0]);
  assert.deepEqual(sharesAt(0, 0), [0, 100, 0]);
  assert.deepEqual(sharesAt(1, 0), [0, 0, 100]);
  assert.ok(!inTriangle(0, 1) && !inTriangle(1, 1) && !inTriangle(0.5, -0.5));
});

test("a total is shared whatever the weights, also when there are none", () => {
  for (let time = 0; time < TIMES; time += 1) {
    const total = below(21) * 5;
    const parts = shared(Array.from({ length: 2 + below(3) }, () => below(4)), total);
    assert.equal(sum(parts), total);
    for (const part of parts) assert.ok(part >= 0 && part % 5 === 0);
  }
  assert.deepEqual(shared([0, 0], 100), [50, 50]);
});

test("setting one share keeps the sum, whatever was set before", () => {
  for (let time = 0; time < TIMES; time += 1) {
    let shares = ALL[below(ALL.length)];
    let set = [];
    for (let move = 0; move < 6; move += 1) {
      const index = below(3);
      const value = below(21) * 5;
      shares = withShare(shares, index, value, set);
      set = [index, ...set.filter((one) => one !== index)];
      assertComposition(shares);
      assert.equal(shares[index], value);
    }
  }
});

test("every answer can be set with any two sliders in steps of five", () => {
  for (const wanted of ALL)
    for (const [first, second] of [[0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]]) {
      let shares = MIDDLE;
      let set = [];
      // Twice: a slider that stands right from the start is not set, and gives way at first.
      for (const index of [first, second, first])
        while (shares[index] !== wanted[index]) {
          const step = Math.sign(wanted[index] - shares[index]) * 5;
          shares = withShare(shares, index, shares[index] + step, set);
          set = [index, ...set.filter((one) => one !== index)];
        }
      assert.deepEqual(shares, wanted);
    }
});

test("a place on a line becomes the nearest five, within 0 and 100", () => {
  assert.deepEqual([-2, 0, 0.024, 0.026, 0.5, 0.974, 0.976, 9].map(stepped), [0, 0, 0, 5, 50, 95, 100, 100]);
});
