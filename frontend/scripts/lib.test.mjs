import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { pick } = await load("languages");

test("a language without a text gets bokmål", () => {
  assert.equal(pick({ nb: "hei", en: "hi" }, "se"), "hei");
  assert.equal(pick({ en: "hi" }, "nn"), "hi");
  assert.equal(pick({}, "nb"), "");
});
