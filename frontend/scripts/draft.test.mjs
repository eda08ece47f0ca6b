import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";

// What a browser would have: a page with a language, and a network that replies as each test says.
globalThis.document = Object.assign(new EventTarget(), { documentElement: { lang: "" } });
let replies = [];
let sent = [];
const CHALLENGE = { challenge: "c", bits: 0 };
globalThis.fetch = async (path, { body } = {}) => {
  if (/\.(json|txt)/.test(path)) return new Response(await readFile(new URL(`..${path.split("?")[0]}`, import.meta.url)));
  if (path.endsWith("/work")) return new Response(JSON.stringify(CHALLENGE));
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
  return {
    code, languages: ["nb", "nn", "en"], status: "open", services, questions, work: CHALLENGE,
  };
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

const SMILEYS = { ...GENERAL, id: "s1", type: "smileys" };
const SEVERAL = { ...GENERAL, id: "m1", type: "multiple", most: null };
const AGE = { id: "age_band", type: "age_band", text: same("Hvor gammel?"), options: [] };
const after = (id, item, any) => ({ ...GENERAL, id, when: { item, any } });
const BRANCHES = [
  SERVICES,
  SMILEYS,
  after("happy", "s1", [4, 5]),
  after("happier", "happy", [1]),
  SEVERAL,
  after("second", "m1", [2]),
  after("unknown", "m1", ["dont_know"]),
  AGE,
  after("young", "age_band", ["13-15"]),
  after("club", "services", ["skole"]),
];

test("what hangs on an answer is asked only after that answer", () => {
  const draft = new Draft(round("A", BRANCHES));
  draft.services = ["nav"];
  assert.deepEqual(ids(draft), ["services", "s1", "m1", "age_band"]);
  draft.answer("s1", 5);
  assert.deepEqual(ids(draft), ["services", "s1", "happy", "m1", "age_band"]);
  draft.answer("happy", 1);
  draft.answer("m1", [1, 2]);
  draft.ageBand = "13-15";
  draft.services = ["nav", "skole"];
  assert.deepEqual(ids(draft), BRANCHES.map(({ id }) => id).filter((id) => id !== "unknown"));
  draft.answer("m1", "dont_know");
  assert.ok(ids(draft).includes("unknown") && !ids(draft).includes("second"));
});

test("what is hidden again is not sent, nor what hangs on it, though it was answered", async () => {
  const draft = new Draft(round("A", BRANCHES));
  draft.answer("s1", 5);
  draft.answer("happy", 1);
  draft.answer("happier", 2);
  assert.ok(ids(draft).includes("happier"));
  draft.answer("s1", 1);
  assert.deepEqual(ids(draft), ["services", "s1", "m1", "age_band"]);
  replies = [received];
  await draft.send();
  assert.deepEqual(sent[0].answers, { s1: 1 });
});

test("a hidden answer comes back with its condition", () => {
  const draft = new Draft(round("A", BRANCHES));
  draft.answer("s1", 5);
  draft.answer("happy", 3);
  draft.answer("s1", 2);
  draft.answer("s1", 4);
  assert.equal(draft.answers.happy, 3);
  assert.ok(ids(draft).includes("happy"));
});

test("what hangs on a question that asks about nobody's service is not asked", () => {
  const hanging = after("then", "mt1", [3]);
  const draft = new Draft(round("A", [SERVICES, ABOUT, hanging]));
  draft.services = ["nav"];
  draft.answer("mt1", 3);
  assert.deepEqual(ids(draft), ["services", "mt1", "then"]);
  draft.services = [];
  assert.deepEqual(ids(draft), ["services"]);
});

for (const [where, extra] of Object.entries({
  options: { options: [{ value: 1, label: same("Å snakke med {service}") }] },
  poles: { type: "triad", poles: [{ id: "a", label: same("{service}") }] },
  axis: { type: "stones", stones: [], x: { min: same("uten {service}"), max: same("med") } },
}))
  test(`a service named in ${where} is named, or the question is left out`, () => {
    const draft = new Draft(round("A", [SERVICES, { ...GENERAL, ...extra }]));
    assert.deepEqual(ids(draft), ["services"]);
    draft.services = ["skole"];
    assert.deepEqual(ids(draft), ["services", "g1"]);
    assert.equal(draft.fill(same("med {service}")), "med skolen");
  });

const PROMPTS = {
  ...STORY,
  id: "story:n1",
  text: same("Hva vil du fortelle om?"),
  prompts: [
    { id: "n1", text: STORY.text },
    { id: "n4", text: same("Hva må forandres?") },
  ],
};

test("a story is kept when another prompt is chosen, and sent under that one", async () => {
  const draft = new Draft(round("A", [SERVICES, PROMPTS]));
  assert.equal(draft.promptOf(PROMPTS), undefined);
  draft.choosePrompt("story:n1", "n1");
  draft.write("story:n1", "Jeg ventet lenge.");
  draft.choosePrompt("story:n1", "n4");
  assert.equal(draft.textOf(PROMPTS), "Hva må forandres?");
  replies = [received];
  await draft.send();
  assert.deepEqual(sent[0].stories, { n4: "Jeg ventet lenge." });
  assert.deepEqual(sent[0].answers, {});
});

test("somebody under 13 sends nothing, and what they wrote is forgotten", async () => {
  const draft = written();
  draft.under13 = true;
  await draft.send();
  assert.deepEqual([sent, draft.sent], [[], false]);
  draft.stop();
  assert.deepEqual([draft.stories, draft.answers, draft.services], [{}, {}, []]);
  await draft.send();
  assert.deepEqual(sent, []);
});

test("the order is drawn once for a visit", () => {
  const mixed = Array.from({ length: 12 }, (_, n) => ({ ...GENERAL, id: `q${n}`, within: "w" }));
  const asked = (draft) => ids(draft).join();
  const draft = new Draft(round("A", mixed));
  const first = asked(draft);
  draft.answer("q3", 1);
  draft.clear(mixed[3]);
  assert.equal(asked(draft), first);
  const others = Array.from({ length: 5 }, () => asked(new Draft(round("A", mixed))));
  assert.ok(others.some((other) => other !== first));
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

const FOUND = { text: "Jeg heter [NAVN].", removed: [], proposed: ["C2_ventetid"], seal: "s" };
const THEMES = [{ id: "C2_ventetid", text: "Ventetid" }, { id: "F1_okonomi", text: "Penger" }];
const proposal = (...items) => {
  const stories = Object.fromEntries(items.map((item) => [item, FOUND]));
  return { status: 200, body: { stories, themes: THEMES } };
};
const { getRandomValues } = crypto;

/** A draft with a story, of somebody who chooses themes first, or does not. */
function told(first = false, questions = undefined) {
  crypto.getRandomValues = (array) =>
    array instanceof Uint32Array ? array.fill(first ? 0 : 1) : getRandomValues.call(crypto, array);
  const draft = new Draft(round("A", questions));
  crypto.getRandomValues = getRandomValues;
  draft.write("n1", "Jeg heter Kari.");
  return draft;
}

async function proposed(draft, ...items) {
  replies = [proposal(...items)];
  await draft.propose(new AbortController());
  sent = [];
}

test("asking for a proposal sends the stories that are told, and work for them", async () => {
  const draft = told();
  draft.answer("mt1", 4);
  replies = [proposal("n1")];
  await draft.propose(new AbortController());
  assert.equal(sent.length, 1);
  const { work, ...asked } = sent[0];
  assert.deepEqual(asked, { language: "nb", stories: { n1: "Jeg heter Kari." } });
  assert.equal(work.challenge, "c");
  assert.deepEqual(draft.proposals.n1.themes, ["C2_ventetid"]);
});

test("a proposal that its teller has not said yes to is not sent", async () => {
  const draft = told();
  await proposed(draft, "n1");
  replies = [received];
  await draft.send();
  assert.deepEqual([sent[0].stories, sent[0].sealed], [{ n1: "Jeg heter Kari." }, {}]);
  assert.deepEqual(draft.stoodBy, []);
});

test("one that they use is sent in the place of the story, and then forgotten but for its themes", async () => {
  const draft = told();
  await proposed(draft, "n1");
  draft.use(true);
  replies = [received];
  await draft.send();
  const { text, seal, proposed: themes } = FOUND;
  assert.deepEqual(sent[0].stories, {});
  assert.deepEqual(sent[0].sealed, { n1: { text, proposed: themes, seal, themes, first: null } });
  assert.ok(!JSON.stringify(sent[0]).includes("Kari"));
  assert.deepEqual([draft.proposals, draft.stoodBy], [{}, ["C2_ventetid"]]);
});

for (const [what, change] of Object.entries({
  write: (draft) => draft.write("n1", "Jeg heter Ola."),
  "another prompt": (draft) => draft.choosePrompt("n1", "n4"),
  skip: (draft) => draft.clear(STORY),
  forget: (draft) => draft.forget(),
  "under 13": (draft) => draft.stop(),
}))
  test(`${what} voids the proposal`, async () => {
    const draft = told();
    await proposed(draft, "n1");
    draft.use(true);
    change(draft);
    assert.deepEqual(draft.proposals, {});
  });

test("of two stories only the one that was changed is asked about again", async () => {
  const draft = told(false, [STORY, { ...STORY, id: "n2" }]);
  draft.write("n2", "Den andre.");
  await proposed(draft, "n1", "n2");
  draft.use(true);
  draft.write("n2", "Den andre, endret.");
  const other = draft.proposals.n1;
  replies = [proposal("n2"), received];
  await draft.propose(new AbortController());
  assert.deepEqual(sent[0].stories, { n2: "Den andre, endret." });
  assert.equal(draft.proposals.n1, other);
  await draft.send();
  assert.deepEqual(Object.keys(sent[1].sealed), ["n1"]);
  assert.deepEqual(sent[1].stories, { n2: "Den andre, endret." });
});

test("a proposal is sent under the prompt that was chosen, and none without one", async () => {
  const draft = told(false, [PROMPTS]);
  draft.write("story:n1", "Jeg heter Kari.");
  assert.deepEqual(draft.told, []);
  draft.choosePrompt("story:n1", "n4");
  await proposed(draft, "n4");
  draft.use(true);
  replies = [received];
  await draft.send();
  assert.deepEqual(Object.keys(sent[0].sealed), ["n4"]);
});

test("who has seen a proposal does not choose first a second time", async () => {
  const draft = told(true);
  await proposed(draft, "n1");
  assert.equal(draft.proposals.n1.shown, false);
  draft.write("n1", "Før de har sett noe.");
  await proposed(draft, "n1");
  draft.reveal();
  assert.deepEqual(draft.proposals.n1.first, []);
  draft.write("n1", "Etter at de har sett det.");
  await proposed(draft, "n1");
  assert.deepEqual([draft.proposals.n1.shown, draft.proposals.n1.first], [true, null]);
});

for (const [what, reply, code] of [
  ["a full server", { status: 503, code: "busy" }, "busy"],
  ["no network", "lost", "offline"],
  ["a reply of something between", { status: 200, body: { welcome: "Guest network" } }, "offline"],
])
  test(`after ${what} there is no proposal, and nothing is locked`, async () => {
    const draft = told();
    replies = [reply];
    await assert.rejects(draft.propose(new AbortController()), { code });
    assert.deepEqual([draft.proposals, draft.locked], [{}, false]);
    assert.equal(draft.story("n1"), "Jeg heter Kari.");
  });

test("in a preview no text leaves the phone", async () => {
  const draft = new Draft({ ...round("A"), preview: true });
  draft.write("n1", "Jeg heter Kari.");
  await assert.rejects(draft.propose(new AbortController()), { code: "preview_only" });
  assert.deepEqual(sent, []);
});

test("a proposal that nobody waits for any more does not come up", async () => {
  const draft = told();
  const stop = new AbortController();
  replies = [proposal("n1")];
  const coming = draft.propose(stop);
  stop.abort();
  await assert.rejects(coming);
  assert.deepEqual(draft.proposals, {});
});

for (const code of ["seal_wrong", "unknown_theme"])
  test(`after ${code} the proposal is void, and the story can be sent as it was written`, async () => {
    const draft = told();
    await proposed(draft, "n1");
    draft.use(true);
    replies = [{ status: 400, code }, received];
    await assert.rejects(draft.send(), { code });
    assert.deepEqual([draft.locked, draft.proposals], [false, {}]);
    await draft.send();
    assert.deepEqual(sent[1].stories, { n1: "Jeg heter Kari." });
  });

test("after a lost reply the same sealed story is sent", async () => {
  const draft = told();
  await proposed(draft, "n1");
  draft.use(true);
  replies = ["lost", received];
  await assert.rejects(draft.send());
  draft.use(false);
  await draft.send();
  assert.deepEqual(sent[1], sent[0]);
  assert.deepEqual(draft.stoodBy, ["C2_ventetid"]);
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

test("researchers may read only what somebody old enough told and ticked", async () => {
  const AGE = { id: "age_band", type: "age_band", text: same("Alder?"), options: [] };
  const research = { who: same("Forskere"), ages: ["16-17"] };
  const draft = new Draft({ ...round("A", [STORY, LIFE, AGE]), research });
  draft.answer("lt1", 3);
  draft.ageBand = "16-17";
  assert.equal(draft.mayAgree, false);
  draft.write("n1", "Det var fint.");
  assert.equal(draft.mayAgree, true);
  draft.ageBand = "13-15";
  assert.equal(draft.mayAgree, false);
  assert.equal(new Draft(round("A")).mayAgree, false);

  replies = [received, received, received];
  draft.research = true;
  const young = draft.written;
  await draft.send();
  assert.equal("research" in sent[0], false);
  assert.equal(draft.research, false);

  const again = new Draft({ ...round("A", [STORY, LIFE, AGE]), research });
  again.resume({ ...young, ageBand: "16-17" });
  assert.equal(again.research, true);
  await again.send();
  assert.equal(sent[1].research, true);

  const silent = new Draft({ ...round("A", [STORY, LIFE, AGE]), research });
  silent.resume({ ...young, ageBand: "16-17", research: false });
  await silent.send();
  assert.equal("research" in sent[2], false);
});
