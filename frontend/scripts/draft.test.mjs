import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";

// What a browser would have: a page with a language, and a network that replies as each test says.
globalThis.document = { documentElement: { lang: "" } };
let replies = [];
let sent = [];
globalThis.fetch = async (path, { body } = {}) => {
  if (/\.(json|txt)/.test(path)) return new Response(await readFile(new URL(`..${path.split("?")[0]}`, import.meta.url)));
  if (body !== undefined) sent.push(JSON.parse(body));
  const reply = replies.shift() ?? { status: 200, body: round(path.split("/").pop()) };
  if (reply === "lost") throw new TypeError("network");
  return new Response(JSON.stringify(reply.body ?? { code: reply.code }), { status: reply.status });
};

const { Draft } = await load("draft");
const { Visit } = await load("visit");
const { chooseLanguage } = await load("i18n");
const { readReceipt, receiptHash, wordList } = await load("receipt");

const same = (text) => ({ nb: text, nn: text, en: text });

const SERVICES = { id: "services", type: "services", text: same("Hvilke?") };
const STORY = {
  id: "n1",
  type: "story",
  max_length: 4000,
  text: {
    nb: "Fortell om en gang {service} betydde noe for deg",
    nn: "Fortel om ein gong {service} betydde noko for deg",
    en: "Tell us about a time when {service} mattered to you",
  },
};
const ABOUT = {
  id: "mt1",
  type: "choice",
  stem: same("Tenk på {service}."),
  text: same("De lytter."),
  options: [],
};
const ATTRIBUTION = { ...ABOUT, id: "a", stem: undefined, text: same("Hva har {service} gjort?") };
const GENERAL = { ...ABOUT, id: "g1", stem: undefined, text: same("Jeg har det bra.") };
const LIFE = { id: "lt1", type: "scale", min: 0, max: 10, text: same("Hvor fornøyd er du?") };

function round(code, questions = [SERVICES, STORY, ABOUT, ATTRIBUTION, GENERAL, LIFE]) {
  const services = [
    { key: "nav", name: same("NAV") },
    { key: "skole", name: same("skolen") },
  ];
  return { code, languages: ["nb", "nn", "en"], status: "open", services, questions };
}

function written() {
  const draft = new Draft(round("A"));
  draft.services = ["nav"];
  draft.write("n1", "Første utgave");
  draft.answer("mt1", 4);
  return draft;
}

const ids = (draft) => draft.asked.map(({ id }) => id);
const received = { status: 201, body: { status: "received" } };

beforeEach(async () => {
  replies = [];
  sent = [];
  await chooseLanguage("nb");
});

// First of all tests: afterwards the page has the words.
test("without words for a receipt nothing is sent, and nothing is locked", async () => {
  const draft = written();
  const { fetch } = globalThis;
  globalThis.fetch = async () => {
    throw new TypeError("network");
  };
  await assert.rejects(draft.send(), { code: "offline" });
  assert.equal(draft.locked, false);
  globalThis.fetch = fetch;
  replies = [received];
  await draft.send();
  assert.equal(sent.length, 1);
});

test("without a service, only questions that do not need one are asked, and sent", async () => {
  const draft = written();
  draft.answer("g1", 2);
  assert.deepEqual(ids(draft), ["services", "n1", "mt1", "a", "g1", "lt1"]);
  draft.services = [];
  assert.deepEqual(ids(draft), ["services", "n1", "g1", "lt1"]);
  replies = [received];
  await draft.send();
  assert.deepEqual(sent[0].answers, { g1: 2 });
  assert.deepEqual(sent[0].stories, { n1: "Første utgave" });
});

test("where nobody is asked to choose, the questions are about every service", () => {
  const draft = new Draft(round("A", [STORY, ABOUT]));
  assert.deepEqual(ids(draft), ["n1", "mt1"]);
  assert.match(draft.ask(ABOUT.stem), /NAV og skolen/);
});

for (const [language, expected] of [
  ["nb", "Fortell om en gang noen som skulle hjelpe deg, betydde noe for deg"],
  ["nn", "Fortel om ein gong nokon som skulle hjelpe deg, betydde noko for deg"],
  ["en", "Tell us about a time when someone who was supposed to help you mattered to you"],
])
  test(`the story question reads well in ${language} when no service is chosen`, async () => {
    await chooseLanguage(language);
    assert.equal(new Draft(round("A")).ask(STORY.text), expected);
  });

test("what has been sent is forgotten, except the receipt", async () => {
  const draft = written();
  replies = [received];
  await draft.send();
  assert.equal(draft.sent, true);
  assert.deepEqual([draft.stories, draft.answers, draft.services], [{}, {}, []]);
  const { secret } = readReceipt(draft.receipt.join(" "), await wordList());
  assert.equal(sent[0].receipt_hash, await receiptHash(secret));
});

for (const reply of ["lost", { status: 500 }, { status: 503, code: "busy" }])
  test(`after ${reply.status ?? "a lost reply"} nothing changes, and the same is sent`, async () => {
    const draft = written();
    replies = [reply, received];
    await assert.rejects(draft.send());
    assert.equal(draft.locked, true);
    draft.write("n1", "Andre utgave");
    await draft.send();
    assert.deepEqual(sent[1], sent[0]);
    assert.equal(draft.sent, true);
  });

for (const status of [400, 403, 410, 413, 429])
  test(`after a refusal (${status}) the answers can be changed`, async () => {
    const draft = written();
    replies = [{ status }, received];
    await assert.rejects(draft.send());
    assert.equal(draft.locked, false);
    draft.write("n1", "Andre utgave");
    await draft.send();
    assert.equal(sent[1].stories.n1, "Andre utgave");
    assert.equal(sent[1].receipt_hash, sent[0].receipt_hash);
  });

test("a refusal for another reason leaves an earlier unknown try locked", async () => {
  const draft = written();
  replies = ["lost", { status: 429 }, { status: 413 }];
  await assert.rejects(draft.send());
  await assert.rejects(draft.send());
  assert.equal(draft.locked, true);
  await assert.rejects(draft.send());
  assert.equal(draft.locked, false);
});

const at = (code) => ({ name: "round", code });
const FRONT = { name: "code" };

test("the next person with the same code finds nothing of the one before", async () => {
  const visit = new Visit();
  await visit.follow(at("A"));
  const first = visit.draft;
  first.write("n1", "Ikke sendt");
  await visit.follow(FRONT);
  assert.deepEqual([visit.draft, visit.round], [null, null]);
  await visit.follow(at("A"));
  assert.equal(visit.draft.story("n1"), "");
  assert.notEqual(visit.draft, first);
});

test("another code begins anew; another page of the same code does not", async () => {
  const visit = new Visit();
  await visit.follow(at("A"));
  visit.draft.write("n1", "Ikke sendt");
  await visit.follow({ name: "withdraw", code: "A" });
  assert.deepEqual(visit.receipt, []);
  await visit.follow(at("A"));
  assert.equal(visit.draft.story("n1"), "Ikke sendt");
  await visit.follow(at("B"));
  assert.equal(visit.round.code, "B");
  assert.equal(visit.draft.story("n1"), "");
});

test("the receipt goes along to the withdrawal once, and nothing sent is left behind", async () => {
  const visit = new Visit();
  await visit.follow(at("A"));
  visit.draft.write("n1", "Sendt");
  replies = [received];
  await visit.draft.send();
  const { receipt } = visit.draft;
  assert.equal(receipt.length, 8);
  await visit.follow({ name: "withdraw", code: "A" });
  assert.equal(visit.receipt, receipt);
  assert.equal(visit.draft.sent, false);
  await visit.follow(at("A"));
  assert.deepEqual(visit.receipt, []);
  replies = [received];
  await visit.draft.send();
  assert.notDeepEqual(visit.draft.receipt, receipt);
});

test("a round that comes late does not open after somebody has left", async () => {
  const visit = new Visit();
  const coming = visit.follow(at("A"));
  await visit.follow(FRONT);
  await coming;
  assert.deepEqual([visit.draft, visit.round], [null, null]);
});
