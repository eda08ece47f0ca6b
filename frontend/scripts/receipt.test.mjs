import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const file = new URL("../svar/words.txt", import.meta.url);
globalThis.fetch = async (path) => {
  assert.match(path, /words\.txt/);
  return new Response(readFileSync(file));
};

const { hex, makeSecret, readReceipt, receiptHash, withdrawalOf, wordList, writeReceipt } =
  await load("receipt");
const words = await wordList();

/** Damerau's distance between two words that differ by one slip of the finger at most, else 2. */
function slips(a, b) {
  if (a.length > b.length) return slips(b, a);
  if (b.length - a.length > 1) return 2;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  const swapped = restA.length > 1 && restB[1] + restB[0] + restB.slice(2) === restA;
  const typed = restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
  return restA === restB ? 0 : typed || swapped ? 1 : 2;
}

/** Roughly how a word sounds in Norwegian: spellings of one sound become alike. */
function sound(word) {
  const alike = [
    [/skj|sj|sk(?=[iy])|rs/g, "S"],
    [/kj|tj|^k(?=[iy])/g, "C"],
    [/hj|gj|lj|^g(?=[iy]|ei)/g, "j"],
    [/ng/g, "N"],
    [/x/g, "ks"],
    [/[cq]/g, "k"],
    [/z/g, "s"],
    [/w|hv/g, "v"],
    [/ai/g, "ei"],
    [/y/g, "i"],
    [/(?<=[nlr])d$/, ""],
    [/(.)\1/g, "$1"],
  ];
  return alike.reduce((said, [written, heard]) => said.replace(written, heard), word);
}

test("1024 different words of three to seven plain letters, in order", () => {
  assert.equal(words.length, 1024);
  for (const word of words) assert.match(word, /^[a-z]{3,7}$/);
  assert.deepEqual(words, [...new Set(words)].sort());
});

test("four letters tell a word from every other", () => {
  assert.equal(new Set(words.map((word) => word.slice(0, 4))).size, words.length);
  for (const short of words.filter(({ length }) => length === 3))
    assert.deepEqual(words.filter((word) => word.startsWith(short)), [short]);
});

test("no slip of the finger makes one word into another, and no two sound alike", () => {
  assert.deepEqual([slips("katt", "natt"), slips("hus", "hsu"), slips("is", "gris")], [1, 1, 2]);
  for (const [place, word] of words.entries())
    for (const other of words.slice(place + 1)) assert.ok(slips(word, other) > 1, `${word} ${other}`);
  assert.equal(sound("gjest"), sound("jest"));
  assert.equal(new Set(words.map(sound)).size, words.length);
});

test("no word is the name of somebody in our own list of names", () => {
  const names = new URL("../../nlp/redaction/gazetteers/first_names.txt", import.meta.url);
  const known = new Set(readFileSync(names, "utf8").split("\n"));
  assert.ok(known.has("kari"));
  assert.deepEqual(words.filter((word) => known.has(word)), []);
});

test("eight words and ten bytes are the same thing", () => {
  const zeros = writeReceipt(new Uint8Array(10), words);
  assert.deepEqual(zeros, Array(8).fill(words[0]));
  assert.deepEqual(writeReceipt(new Uint8Array(10).fill(255), words), Array(8).fill(words[1023]));
  for (let i = 0; i < 500; i++) {
    const secret = makeSecret();
    const written = writeReceipt(secret, words);
    assert.equal(written.length, 8);
    assert.deepEqual(readReceipt(written.join(" "), words), { secret, count: 8, unknown: [] });
  }
});

test("every bit of the secret is in the words", () => {
  const secret = Uint8Array.from(randomBytes(10));
  const all = new Set([writeReceipt(secret, words).join()]);
  for (let bit = 0; bit < 80; bit++) {
    const other = secret.slice();
    other[bit >> 3] ^= 1 << (bit & 7);
    all.add(writeReceipt(other, words).join());
  }
  assert.equal(all.size, 81);
});

const secret = Uint8Array.from({ length: 10 }, (_, i) => 23 * i + 5);
const written = writeReceipt(secret, words);
const typed = {
  "capitals and commas": written.join(", ").toUpperCase(),
  "numbers and lines": written.map((word, i) => `${i + 1}. ${word}`).join("\n"),
  "dashes, as in the address": `https://fortell.example/r/KAIA26/trekk#${written.join("-")}`,
  "the first four letters": written.map((word) => word.slice(0, 4)).join("  "),
  "ends that are misspelt": written.map((word) => (word.length > 4 ? `${word.slice(0, 4)}xå` : word)).join(" "),
};
for (const [how, text] of Object.entries(typed))
  test(`a receipt is read back with ${how}`, () => {
    assert.deepEqual(readReceipt(` ${text}. `, words).secret, secret);
  });

test("what is wrong is said: which words, or how many", () => {
  const wrong = written.with(2, "qqqq").with(6, "ååå");
  assert.deepEqual(readReceipt(wrong.join(" "), words), { secret: null, count: 8, unknown: [3, 7] });
  assert.deepEqual(readReceipt(written.slice(1).join(" "), words), { secret: null, count: 7, unknown: [] });
  assert.deepEqual(readReceipt(" – ", words), { secret: null, count: 0, unknown: [] });
});

test("a word cut shorter than four letters is none", () => {
  for (const word of words.filter(({ length }) => length > 3))
    assert.deepEqual(readReceipt(word.slice(0, 3), words).unknown, words.includes(word.slice(0, 3)) ? [] : [1]);
});

test("what withdraws, and what is sent, are derived one from the other, with crypto.subtle or not", async () => {
  const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
  const withdraw = sha256("fortell receipt 1 withdraw", secret);
  const derived = async () => [hex(await withdrawalOf(secret)), await receiptHash(secret)];
  const expected = [withdraw.toString("hex"), sha256(withdraw).toString("hex")];
  assert.deepEqual(await derived(), expected);
  Object.defineProperty(crypto, "subtle", { value: undefined });
  assert.deepEqual(await derived(), expected);
});
