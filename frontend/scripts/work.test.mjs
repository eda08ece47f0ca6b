import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";

const { digest } = await load("digest");
const { solve } = await load("work");
const { Problem, prepareWork, sendResponse, withdrawResponse } = await load("api");

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const sha256 = (text) => createHash("sha256").update(text).digest();
const zeros = (hash) => Math.clz32(hash.readUInt32BE());

test("SHA-256 is that of others, for every length around its blocks", () => {
  for (let length = 0; length < 200; length++) {
    const message = Uint8Array.from({ length }, (_, place) => 37 * place + length);
    assert.equal(hex(digest(message)), hex(sha256(message)));
    assert.equal(hex(digest(message.subarray(length >> 1))), hex(sha256(message.subarray(length >> 1))));
  }
});

for (const length of [1, 22, 32, 40, 53, 54, 55, 63, 64, 120])
  test(`a challenge of ${length} characters is solved as the server looks at it`, async () => {
    const subject = hex(sha256(`subject ${length}`));
    const work = await solve({ challenge: "c".repeat(length), bits: 9 }, subject);
    assert.match(work.nonce, /^[0-9]{1,20}$/);
    assert.ok(zeros(sha256(`${work.challenge}:${subject}:${work.nonce}`)) >= 9);
  });

test("the page can do other things meanwhile", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await solve({ challenge: "c", bits: 17 }, "s");
  clearInterval(timer);
  assert.ok(turns > 0);
});

let asked = [];
let replies = [];
globalThis.fetch = async (path, { body } = {}) => {
  asked.push({ path, body });
  if (path.endsWith("/work")) return Response.json({ challenge: `new ${asked.length}`, bits: 3 });
  const [status, said] = replies.shift() ?? [201, { status: "received" }];
  return Response.json(said, { status });
};
const expired = [400, { code: "work_expired" }];
const sent = () => asked.filter(({ body }) => body !== undefined).map(({ body }) => JSON.parse(body));
const fetched = () => asked.filter(({ path }) => path.endsWith("/work")).length;
let count = 0;
const answer = (story = "") => ({ receipt_hash: hex(sha256(`answer ${count++}`)), stories: { n1: story } });

beforeEach(() => {
  asked = [];
  replies = [];
});

test("work that was begun while somebody read is what is sent", async () => {
  const body = answer();
  prepareWork(body.receipt_hash, { challenge: "given", bits: 4 });
  await sendResponse("KAIA", body);
  assert.equal(fetched(), 0);
  const [{ work, ...rest }] = sent();
  assert.deepEqual(rest, body);
  assert.equal(work.challenge, "given");
  assert.ok(zeros(sha256(`given:${body.receipt_hash}:${work.nonce}`)) >= 4);
});

test("a challenge that has grown old is changed for a new one, for the same answer", async () => {
  const body = answer();
  prepareWork(body.receipt_hash, { challenge: "old", bits: 2 });
  replies = [expired];
  await sendResponse("KAIA", body);
  assert.deepEqual(sent().map(({ work }) => work.challenge.split(" ")[0]), ["old", "new"]);
  assert.deepEqual(new Set(sent().map((one) => one.receipt_hash)), new Set([body.receipt_hash]));
});

test("a server that takes no work at all is not asked for ever", async () => {
  replies = Array(9).fill(expired);
  await assert.rejects(sendResponse("KAIA", answer()), (error) => {
    assert.ok(error instanceof Problem);
    // An earlier try may have arrived all the same: the answer stays as it is.
    return error.code === "work_expired" && error.refused && !error.refusedContent;
  });
  assert.equal(sent().length, 3);
});

test("a resend after a lost reply carries the same work", async () => {
  const body = answer();
  prepareWork(body.receipt_hash, { challenge: "given", bits: 4 });
  replies = [[503, { code: "busy" }]];
  await assert.rejects(sendResponse("KAIA", body));
  await sendResponse("KAIA", body);
  assert.deepEqual(sent()[0], sent()[1]);
});

test("no length tells how much was written, or whether at all", async () => {
  const stories = ["", "Ja.", "Æ".repeat(900), "lang ".repeat(600)];
  for (const story of stories) await sendResponse("KAIA", answer(story));
  await withdrawResponse("KAIA", "x").catch(() => null);
  const lengths = asked.filter(({ body }) => body !== undefined).map(({ body }) => Buffer.byteLength(body));
  assert.deepEqual(new Set(lengths), new Set([4096]));
  for (const [story, size] of [["Æ".repeat(2100), 8192], ["𝅘𝅥".repeat(15_000), 65_536 * 2]]) {
    asked = [];
    await sendResponse("KAIA", answer(story));
    assert.equal(Buffer.byteLength(asked.at(-1).body), size);
  }
});
