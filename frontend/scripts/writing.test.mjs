import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { load } from "./load.mjs";

const { marks } = await load("identifying");
const { suggestsDanger } = await load("danger");
const { fetchPhrases } = await load("phrases");
const read = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url), "utf8"));
const examples = await read("./danger.json");

let down = true;
let asked = 0;
globalThis.fetch = async (path) => {
  asked += 1;
  if (down) throw new TypeError("network");
  return new Response(await readFile(new URL(`..${path}`, import.meta.url)));
};

before(async () => {
  await fetchPhrases();
  assert.deepEqual(marks("han kari"), [], "without a network nothing breaks");
  assert.equal(suggestsDanger("jeg vil dø"), false);
  down = false;
  await fetchPhrases();
  await fetchPhrases();
  assert.equal(asked, 2, "fetched again until it is here, and then no more");
});

const found = (text, known) =>
  marks(text, known).map(({ start, end, clue }) => [text.slice(start, end), clue]);

const FOUND = [
  ["ring meg på 41234567", "41234567", "phone"],
  ["ring meg på +47 412 34 567!", "+47 412 34 567", "phone"],
  ["nr er 41 23 45 67", "41 23 45 67", "phone"],
  ["skriv til ola.nord@skole.no da", "ola.nord@skole.no", "email"],
  ["insta er @fjordgirl_09", "@fjordgirl_09", "handle"],
  ["snap: fjordgirl", "fjordgirl", "handle"],
  ["snap min er rev_pus", "rev_pus", "handle"],
  ["adde fjord_jenta da", "fjord_jenta", "handle"],
  ["jeg heter kari og går i tiende", "kari", "name"],
  ["Eg heiter Kari", "Kari", "name"],
  ["æ hete Åse", "Åse", "name"],
  ["my name is Amal", "Amal", "name"],
  ["læreren som heter Per Arne var grei", "Per Arne", "name"],
  ["læreren min torgunn sa det", "torgunn", "name"],
  ["søsteren min lea er åtte", "lea", "name"],
  ["kari på nav hørte på meg", "kari", "name"],
  ["Kari hørte på meg.", "Kari", "name"],
  ["Jeg snakket med Zvenko Ilic i dag", "Zvenko Ilic", "name"],
  ["det var ingrids idé", "ingrids", "name"],
  ["010203 45678", "010203 45678", "id"],
  ["bor i Solbakkeveien 14b nå", "Solbakkeveien 14b", "address"],
  ["vi bur i storgata 3", "storgata 3", "address"],
  ["send det til 6899 Balestrand", "6899 Balestrand", "address"],
  ["Går på Grevlingåsen ungdomsskole nå", "Grevlingåsen ungdomsskole", "school"],
  ["går på lunvik vgs", "lunvik vgs", "school"],
  ["eg gjekk på Fjord vidaregåande skule", "Fjord vidaregåande skule", "school"],
  ["alle i 10B vet det", "10B", "class"],
  ["hun i 8a", "8a", "class"],
  ["går i 2STB", "2STB", "class"],
];

for (const [text, part, clue] of FOUND)
  test(`${clue} in "${text}"`, () => {
    assert.deepEqual(found(text), [[part, clue]]);
  });

const NOT_FOUND = [
  "",
  "Jeg ringte 116 111 og ventet i 45 minutter.",
  "Fra 2024 2025 ble det bedre.",
  "Læreren hørte på meg. Han heter det samme som faren min.",
  "Jeg fikk 10/10, og det kostet 1500 kr.",
  "Jeg var hos NAV og BUP på mandag, og på Nav igjen på Tirsdag.",
  "Hun sa nei! Da gikk jeg. Så kom han.",
  "det var fint\nHelsestasjonen var åpen\n- Mandag er best",
  "Læreren min er snill, og søsteren min sa det også.",
  "Faren min jobber på kveldstid.",
  "Min skole er fin, og ungdomsskolen var verre. En god skole!",
  "Vi fikk time på Snapchat i januar. I think Monday is fine.",
  "Skoleveien er lang, jeg gikk veien 3 ganger. Buss 10 og vg2 er greit.",
  "Er det 3D-printer der? Ja.",
];

for (const text of NOT_FOUND)
  test(`nothing in "${text}"`, () => {
    assert.deepEqual(found(text), []);
  });

test("words of the round itself are not marked", () => {
  const text = "Jeg var på Lunvik, hos Kari og på Lunvik Ungdomskontor";
  assert.deepEqual(found(text, new Set(["lunvik", "ungdomskontor"])), [["Kari", "name"]]);
});

test("marks come in order, and none lies over another", () => {
  const text =
    "Jeg heter Kari Nordmann, 41234567, kari@skole.no, snap: kari_n, Storgata 3 i 10B på Fjord vgs";
  const all = marks(text);
  assert.equal(all.length, 7);
  for (const [number, { start, end }] of all.entries()) {
    assert.ok(start < end);
    assert.ok(number === 0 || all[number - 1].end <= start);
  }
});

for (const text of [...examples.danger, ...examples.page])
  test(`the help card comes up at "${text}"`, () => {
    assert.equal(suggestsDanger(text), true);
    assert.equal(suggestsDanger(`${text.toUpperCase()}!!`), true);
  });

for (const text of [...examples.harmless, ...examples.page_harmless])
  test(`no help card at "${text}"`, () => {
    assert.equal(suggestsDanger(text), false);
  });

test("no text takes long", () => {
  const pieces = ["slo ", "ikke ", "a", "Å ", "1", "heter ", "Kari ", "@", "snap er ", "mamma "];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(4000 / piece.length));
    assert.equal(typeof suggestsDanger(text), "boolean");
    marks(text);
  }
});
