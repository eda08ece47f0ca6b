import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";
import { weblocks } from "./weblocks.mjs";

// A page with a language, and a network that does as each test says.
globalThis.document = Object.assign(new EventTarget(), { documentElement: { lang: "" } });
let network = async () => Response.json({ status: "received" }, { status: 201 });
globalThis.fetch = async (path) => {
  if (/\.(json|txt)/.test(path)) return new Response(await readFile(new URL(`..${path.split("?")[0]}`, import.meta.url)));
  if (path.endsWith("/work")) return Response.json({ challenge: "c", bits: 0 });
  return network();
};

const { erase } = await load("device");
const { Draft } = await load("draft");
const { chooseLanguage } = await load("i18n");
const { queue } = await load("queue");
const { savedDraft } = await load("saved");
const { Visit } = await load("visit");

const same = (text) => ({ nb: text, nn: text, en: text });
const round = (code) => ({
  code,
  title: same("Fortell"),
  organisation: same("Lunvik"),
  languages: ["nb"],
  status: "open",
  services: [],
  questions: [{ id: "n1", type: "story", max_length: 4000, text: same("Fortell") }],
  work: { challenge: "c", bits: 0 },
});
const TOKEN = { message: "m", randomizer: "r", signature: "s" };

async function kept(code = "KAIA") {
  const draft = new Draft(round(code));
  draft.token = TOKEN;
  draft.write("n1", "Ho høyrde på meg");
  draft.judge("n1", { text: "Ho høyrde på meg", used: true });
  draft.care = "shown";
  assert.equal(await draft.keep(true), true);
  return draft;
}

const gone = async (code = "KAIA") => assert.equal(await savedDraft(code), null);
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

beforeEach(async () => {
  weblocks();
  await erase();
  await chooseLanguage("nb");
  network = async () => Response.json({ status: "received" }, { status: 201 });
});

test("a draft that is kept has what was written and the token, no proposal and no help card", async () => {
  await kept();
  const found = await savedDraft("KAIA");
  assert.deepEqual(Object.keys(found).sort(), ["ageBand", "answers", "at", "prompts", "research", "services", "stories", "token"]);
  const next = new Draft(round("KAIA"));
  next.resume(found);
  assert.deepEqual([next.story("n1"), next.token, next.kept], ["Ho høyrde på meg", TOKEN, true]);
  assert.deepEqual([next.proposals, next.care], [{}, ""]);
});

for (const end of ["stop", "forget"])
  test(`"${end}" takes its own draft that is kept along, and nobody else's`, async () => {
    const other = await kept("ELVA");
    for (const code of ["KAIA", "ELVA"]) new Draft(round(code))[end]();
    await settled();
    assert.notEqual(await savedDraft("ELVA"), null);
    other[end]();
    await settled();
    await gone("ELVA");
    assert.deepEqual(await indexedDB.databases(), []);
  });

test("a draft that is kept goes when it is sent", async () => {
  const draft = await kept();
  draft.proposals = {};
  await draft.send();
  await settled();
  assert.equal(draft.sent, true);
  await gone();
});

test("an answer that does not get through goes from the draft to the queue, whole and once", async () => {
  const draft = await kept();
  draft.proposals = {};
  network = async () => {
    throw new TypeError("network");
  };
  await draft.send();
  await settled();
  assert.equal(draft.sent, false);
  assert.deepEqual(queue.waits.map(({ id, code }) => [id, code]), [[draft.waiting, "KAIA"]]);
  assert.equal(draft.hasText, false);
  await gone();
  network = async () => Response.json({ status: "received" }, { status: 201 });
  await queue.flush();
  assert.deepEqual([draft.waiting, draft.sent, queue.waits], [null, true, []]);
  assert.deepEqual(await indexedDB.databases(), []);
});

test("what is on its way when everything is deleted is not kept afterwards", async () => {
  const visit = new Visit();
  const draft = (visit.draft = new Draft((visit.round = round("KAIA"))));
  draft.write("n1", "Ho høyrde på meg");
  let lose;
  network = () => new Promise((_, reject) => (lose = () => reject(new TypeError("network"))));
  const sending = draft.send();
  await settled();
  visit.forget();
  lose();
  await assert.rejects(sending, { code: "offline" });
  assert.notEqual(visit.draft, draft);
  assert.deepEqual([queue.waits, await indexedDB.databases()], [[], []]);
});

test("an answer is not withdrawn before a try that is under way has ended", async () => {
  const draft = await kept();
  draft.proposals = {};
  const order = [];
  let arrive;
  network = () => new Promise((resolve) => (arrive = resolve));
  await draft.send();
  const withdrawn = queue.withdraw(draft.waiting, async () => void order.push("withdrawn"));
  await settled();
  order.push("arrived");
  network = async () => Response.json({ status: "received" }, { status: 201 });
  arrive(await network());
  await withdrawn;
  assert.deepEqual(order, ["arrived", "withdrawn"]);
  await queue.flush();
  assert.deepEqual([queue.waits, await indexedDB.databases()], [[], []]);
});

test("a refused answer does not wait: its teller is told, and can change it", async () => {
  const draft = await kept();
  draft.proposals = {};
  network = async () => Response.json({ code: "round_closed" }, { status: 410 });
  await assert.rejects(draft.send(), { code: "round_closed" });
  assert.deepEqual([draft.waiting, draft.locked, queue.waits], [null, false, []]);
  assert.equal(draft.story("n1"), "Ho høyrde på meg");
});

test("a draft that the device takes no longer does not pass for kept", async () => {
  const draft = await kept();
  const { indexedDB: there } = globalThis;
  globalThis.indexedDB = undefined;
  draft.write("n1", "Mer enn det er plass til");
  await draft.save();
  assert.equal(draft.kept, false);
  globalThis.indexedDB = there;
});

test("a device that keeps nothing says so, and the answer stays on the page", async () => {
  const { indexedDB: there } = globalThis;
  globalThis.indexedDB = undefined;
  const draft = new Draft(round("KAIA"));
  draft.write("n1", "Ho høyrde på meg");
  assert.equal(await draft.keep(true), false);
  network = async () => Response.json({ code: "busy" }, { status: 503 });
  await assert.rejects(draft.send(), { code: "busy" });
  assert.deepEqual([draft.kept, draft.waiting, draft.locked], [false, null, true]);
  globalThis.indexedDB = there;
});
