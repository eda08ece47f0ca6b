import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, test } from "node:test";
import { load } from "./load.mjs";

const { drawsFirst, judge, pieces, reveal, sealed, storiesHash, toggle } = await load("proposals");
const { grouped } = await load("themes");

const FOUND = {
  text: "Jeg heter [NAVN].",
  removed: [{ start: 10, end: 16 }],
  proposed: ["C2_ventetid", "A2_sett_hort_trodd"],
  seal: "s".repeat(43),
};

const { getRandomValues } = crypto;
afterEach(() => (crypto.getRandomValues = getRandomValues));

test("placeholders are cut out by code points, whatever stands before them", () => {
  assert.deepEqual(pieces(FOUND), ["Jeg heter ", "[NAVN]", "."]);
  assert.deepEqual(pieces({ text: "Ingen her", removed: [] }), ["Ingen her"]);
  for (const before of ["💙", "👩‍👩‍👧", "🇳🇴 x", "e\u0301", "\u{10ffff}", ""]) {
    const start = [...before].length;
    const removed = [{ start, end: start + 6 }, { start: start + 7, end: start + 13 }];
    const text = `${before}[NAVN]💙[STED]`;
    assert.deepEqual(pieces({ text, removed }), [before, "[NAVN]", "💙", "[STED]", ""]);
    assert.equal(pieces({ text, removed }).join(""), text);
  }
});

test("what is proposed stands until it is dropped, and can be taken back", () => {
  const shown = judge(FOUND, "n1", false);
  assert.deepEqual([shown.themes, shown.listed, shown.first], [FOUND.proposed, FOUND.proposed, null]);
  assert.equal(shown.used, false);
  const dropped = toggle(shown, "C2_ventetid");
  assert.deepEqual(dropped.themes, ["A2_sett_hort_trodd"]);
  assert.deepEqual(dropped.listed, FOUND.proposed);
  const added = toggle(dropped, "F1_okonomi");
  assert.deepEqual(added.themes, ["A2_sett_hort_trodd", "F1_okonomi"]);
  assert.deepEqual(toggle(added, "F1_okonomi").listed, [...FOUND.proposed, "F1_okonomi"]);
  assert.deepEqual(reveal(added), added);
  assert.deepEqual(shown.themes, FOUND.proposed, "nothing changes inside an old value");
});

test("who chooses first starts from nothing, and what they chose is remembered as it was", () => {
  const hidden = judge(FOUND, "n1", true);
  assert.deepEqual([hidden.themes, hidden.listed, hidden.shown], [[], [], false]);
  const chosen = toggle(toggle(hidden, "F1_okonomi"), "C2_ventetid");
  const seen = reveal(chosen);
  assert.deepEqual(seen.first, ["F1_okonomi", "C2_ventetid"]);
  assert.deepEqual(seen.themes, seen.first);
  assert.deepEqual(seen.listed, [...FOUND.proposed, "F1_okonomi"]);
  const after = toggle(toggle(seen, "A2_sett_hort_trodd"), "F1_okonomi");
  assert.deepEqual(after.first, ["F1_okonomi", "C2_ventetid"]);
  assert.deepEqual(after.themes, ["C2_ventetid", "A2_sett_hort_trodd"]);
  assert.deepEqual(reveal(hidden).first, [], "to choose none is an answer");
});

test("only what the server asks for is sent", () => {
  assert.deepEqual(sealed(toggle(judge(FOUND, "n1", false), "C2_ventetid")), {
    text: FOUND.text,
    proposed: FOUND.proposed,
    seal: FOUND.seal,
    themes: ["A2_sett_hort_trodd"],
    first: null,
  });
});

test("one in five chooses first", () => {
  let next = 0;
  crypto.getRandomValues = (array) => array.fill(next++);
  const drawn = Array.from({ length: 20 }, drawsFirst);
  assert.equal(drawn.filter(Boolean).length, 4);
  crypto.getRandomValues = getRandomValues;
  const many = Array.from({ length: 4000 }, drawsFirst).filter(Boolean).length;
  assert.ok(many > 640 && many < 960, `${many}`);
});

test("work is done for the stories in the order of their ids, as the server counts it", async () => {
  const hash = (said) => createHash("sha256").update(said).digest("hex");
  assert.equal(await storiesHash({ n2: "å 💙", n1: "x" }), hash("n1\0x\0n2\0å 💙\0"));
  assert.equal(await storiesHash({ n1: "x", n2: "å 💙" }), hash("n1\0x\0n2\0å 💙\0"));
  assert.notEqual(await storiesHash({ n1: "x" }), await storiesHash({ n1: "y" }));
});

test("themes are grouped by their letter, in the order they have", () => {
  const themes = ["A1_a", "A2_b", "B1_c", "A3_d"].map((id) => ({ id, text: id }));
  const found = grouped(themes).map(([group, members]) => [group, members.map(({ id }) => id)]);
  assert.deepEqual(found, [["A", ["A1_a", "A2_b", "A3_d"]], ["B", ["B1_c"]]]);
  assert.deepEqual(grouped([]), []);
});
