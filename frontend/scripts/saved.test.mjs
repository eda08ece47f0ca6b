import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";
import { weblocks } from "./weblocks.mjs";

const { erase } = await load("device");
const { forgetDraft, forgetOldDraft, forgetReceipt, rememberReceipt, rememberedReceipts, saveDraft, savedDraft } =
  await load("saved");
const names = async () => (await indexedDB.databases()).map(({ name }) => name);
const DAY = 24 * 60 * 60 * 1000;

beforeEach(async () => {
  weblocks();
  await erase();
});

test("a draft is found again in its own round only, and only the latest", async () => {
  assert.equal(await saveDraft("KAIA", { stories: { n1: "Eg" } }), true);
  await saveDraft("KAIA", { stories: { n1: "Eg venta" } });
  assert.deepEqual(await savedDraft("KAIA"), { stories: { n1: "Eg venta" } });
  assert.equal(await savedDraft("ELVA"), null);
  await forgetDraft();
  assert.equal(await savedDraft("KAIA"), null);
  assert.deepEqual(await names(), []);
});

test("after seven days a draft is removed, whichever round is opened", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  await saveDraft("KAIA", { stories: {} });
  context.mock.timers.tick(7 * DAY - 1);
  assert.deepEqual(await savedDraft("KAIA"), { stories: {} });
  context.mock.timers.tick(1);
  assert.equal(await savedDraft("ELVA"), null);
  assert.deepEqual(await names(), []);
  await saveDraft("KAIA", { stories: {} });
  context.mock.timers.tick(7 * DAY);
  await forgetOldDraft();
  assert.deepEqual(await names(), []);
});

test("a clock that is put back keeps no draft for ever", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  await saveDraft("KAIA", {});
  context.mock.timers.setTime(1_700_000_000_000);
  assert.equal(await savedDraft("KAIA"), null);
  assert.deepEqual(await names(), []);
});

test("receipts are remembered per round, and forgotten one by one", async () => {
  assert.deepEqual(await rememberedReceipts("KAIA"), []);
  for (const [code, words] of [["KAIA", "egg ost"], ["KAIA", "sol hav"], ["ELVA", "tre ball"]])
    assert.equal(await rememberReceipt(code, words), true);
  assert.deepEqual(await rememberedReceipts("KAIA"), ["egg ost", "sol hav"]);
  await forgetReceipt("sol hav");
  assert.deepEqual(await rememberedReceipts("KAIA"), ["egg ost"]);
  await forgetReceipt("egg ost");
  assert.deepEqual(await rememberedReceipts("ELVA"), ["tre ball"]);
  await forgetReceipt("tre ball");
  assert.deepEqual(await names(), []);
  await forgetReceipt("tre ball");
  assert.deepEqual(await names(), []);
});
