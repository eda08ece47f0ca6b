import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";
import { weblocks } from "./weblocks.mjs";

const { erase, read, write } = await load("device");
const { NEXT, Queue, happening } = await load("queue");
const { Problem } = await load("api");

// A server that keeps answers by their hash, and a network that does as each test says.
let server = new Map();
let requests = [];
let network = async () => undefined;
globalThis.fetch = async (path, { body } = {}) => {
  if (path.endsWith("/work")) return Response.json({ challenge: "c", bits: 0 });
  const sent = JSON.parse(body);
  requests.push(sent.receipt_hash);
  const reply = await network(sent);
  if (reply !== undefined) return Response.json({ code: reply.code }, { status: reply.status });
  if (!server.has(sent.receipt_hash)) server.set(sent.receipt_hash, { path, sent });
  return Response.json({ status: "received" }, { status: 201 });
};
const gone = () => {
  throw new TypeError("network");
};
const lostReply = async (sent) => {
  server.set(sent.receipt_hash, { sent });
  gone();
};

let count = 0;
const answer = (story = "Raudt hår") => ({
  receipt_hash: (++count).toString(16).padStart(64, "0"),
  language: "nn",
  services: ["nav"],
  age_band: null,
  stories: { n1: story },
  answers: { mt1: 4 },
});
const silent = () => undefined;
const names = async () => (await indexedDB.databases()).map(({ name }) => name);
const kept = () => [...server.keys()].sort();

// Queues leave timers; a test ends without waiting for them.
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (work, ms) => later(work, ms).unref?.();

beforeEach(async () => {
  weblocks();
  await erase();
  server = new Map();
  requests = [];
  network = async () => undefined;
});

for (const locks of [true, false]) {
  const how = locks ? "" : ", in a browser without locks";

  test(`an answer waits, is sent when there is a network, and is wiped${how}`, async () => {
    weblocks(locks);
    const tab = new Queue();
    const body = answer();
    let told = 0;
    assert.equal(await tab.keep("KAIA", body, () => told++), true);
    network = gone;
    await tab.flush();
    assert.deepEqual(tab.waits.map(({ id, code, state }) => [id, code, state]), [[body.receipt_hash, "KAIA", "waiting"]]);
    assert.deepEqual([told, tab.arrived, kept()], [0, 0, []]);
    network = async () => undefined;
    await tab.flush();
    assert.deepEqual([told, tab.arrived, tab.waits, kept()], [1, 1, [], [body.receipt_hash]]);
    const { work, ...sent } = server.get(body.receipt_hash).sent;
    assert.deepEqual(sent, body);
    assert.equal(await read(`answer:${body.receipt_hash}`), undefined);
    assert.equal(await read("lease"), undefined);
    if (locks) assert.deepEqual(await names(), []);
  });

  test(`a lost reply is no loss: the same answer is sent again and counts once${how}`, async () => {
    weblocks(locks);
    const body = answer();
    network = lostReply;
    const tab = new Queue();
    await tab.keep("KAIA", body, silent);
    await tab.flush();
    assert.equal(tab.waits.length, 1);
    network = async () => undefined;
    await tab.flush();
    assert.deepEqual([kept(), tab.waits, requests.length], [[body.receipt_hash], [], 2]);
  });

  test(`several tabs at once send every answer, each one once${how}`, async () => {
    weblocks(locks);
    const tabs = [new Queue(), new Queue(), new Queue()];
    const bodies = Array.from({ length: 7 }, () => answer());
    for (const [n, body] of bodies.entries()) await tabs[n % 3].keep("KAIA", body, silent);
    for (let turn = 0; turn < 3; turn++) await Promise.all(tabs.map((tab) => tab.flush()));
    assert.deepEqual(kept(), bodies.map((body) => body.receipt_hash).sort());
    assert.equal(requests.length, bodies.length);
    for (const tab of tabs) assert.deepEqual(tab.waits, []);
  });
}

test("a page that is closed in the middle leaves the answer for the next one", async () => {
  const body = answer();
  network = () => new Promise(() => undefined);
  weblocks(false);
  const closed = new Queue();
  await closed.keep("KAIA", body, silent);
  void closed.flush();
  await new Promise((resolve) => later(resolve, 20));
  assert.equal(requests.length, 1);
  network = async () => undefined;
  const next = new Queue();
  await next.flush();
  assert.deepEqual(kept(), [], "the one that was closed still has its lease");
  await write("lease", Date.now() - 1);
  await next.flush();
  assert.deepEqual([kept(), next.waits], [[body.receipt_hash], []]);
});

for (const [status, code] of [[400, "unknown_item"], [403, "round_not_open"], [404, "unknown_round"], [410, "round_closed"], [413, "too_large"]])
  test(`a "no" from the server (${status}) keeps the answer and says why`, async () => {
    const tab = new Queue();
    network = async () => ({ status, code });
    await tab.keep("KAIA", answer(), silent);
    await tab.flush();
    await tab.flush();
    assert.deepEqual(tab.waits.map(({ state, problem }) => [state, problem]), [["refused", code]]);
    assert.equal(requests.length, 1, "it is not sent again by itself");
    network = async () => undefined;
    await tab.retry();
    assert.deepEqual([tab.waits, server.size], [[], 1]);
  });

for (const reply of [{ status: 500, code: "failed" }, { status: 503, code: "busy" }, { status: 429, code: "too_many" }, { status: 400, code: "work_expired" }, { status: 403 }, { status: 407 }])
  test(`${reply.status} ${reply.code ?? "from a stranger in between"} is no "no": the answer waits on`, async () => {
    const tab = new Queue();
    network = async () => reply;
    await tab.keep("KAIA", answer(), silent);
    await tab.flush();
    assert.deepEqual(tab.waits.map(({ state }) => state), ["waiting"]);
  });

test("a page that answers for the server (a hotel's, a school's) has received nothing", async () => {
  const tab = new Queue();
  await tab.keep("KAIA", answer(), silent);
  const { fetch } = globalThis;
  for (const said of ["<h1>Logg inn</h1>", "{}", '{"status": "ok"}']) {
    globalThis.fetch = async (path) =>
      path.endsWith("/work") ? fetch(path) : new Response(said, { status: 200 });
    await tab.flush();
  }
  globalThis.fetch = fetch;
  assert.deepEqual(tab.waits.map(({ state }) => state), ["waiting"]);
});

test("one answer that the server chokes on does not hold up the others", async () => {
  const tab = new Queue();
  const [first, second] = [answer(), answer()];
  for (const body of [first, second]) await tab.keep("KAIA", body, silent);
  network = async (sent) => (sent.receipt_hash === first.receipt_hash ? { status: 500, code: "failed" } : undefined);
  await tab.flush();
  assert.deepEqual(kept(), [second.receipt_hash]);
  assert.deepEqual(tab.waits.map(({ id }) => id), [first.receipt_hash]);
});

test("what somebody deletes is gone, also while it is being sent", async () => {
  const [tab, other] = [new Queue(), new Queue()];
  const body = answer();
  await tab.keep("KAIA", body, silent);
  network = gone;
  await other.flush();
  network = async () => {
    await other.drop();
    gone();
  };
  await tab.flush();
  assert.deepEqual([tab.waits, await names()], [[], []]);
});

test("an answer sent by another tab is wiped here, and counted there", async () => {
  const [tab, other] = [new Queue(), new Queue()];
  let told = 0;
  await tab.keep("KAIA", answer(), () => told++);
  await other.flush();
  await tab.flush();
  assert.deepEqual([tab.waits, told, tab.arrived, other.arrived, requests.length], [[], 0, 0, 1, 1]);
});

test("an answer that waits can be withdrawn, whether it has arrived or not", async () => {
  for (const known of [true, false]) {
    const tab = new Queue();
    const body = answer();
    await tab.keep("KAIA", body, silent);
    await tab.withdraw(body.receipt_hash, async () => {
      if (!known) throw new Problem("unknown_receipt", null, 404);
    });
    await tab.flush();
    assert.deepEqual([tab.waits, kept()], [[], []]);
  }
});

test("a withdrawal that the server did not hear leaves the answer where it is", async () => {
  const tab = new Queue();
  const body = answer();
  await tab.keep("KAIA", body, silent);
  const unheard = () => Promise.reject(new Problem("offline"));
  await assert.rejects(tab.withdraw(body.receipt_hash, unheard), { code: "offline" });
  assert.equal(tab.waits.length, 1);
  const unknown = () => Promise.reject(new Problem("unknown_receipt", null, 404));
  await assert.rejects(tab.withdraw("f".repeat(64), unknown), { code: "unknown_receipt" });
});

test("a device that keeps nothing says so", async () => {
  const whole = globalThis.indexedDB;
  delete globalThis.indexedDB;
  assert.equal(await new Queue().keep("KAIA", answer(), silent), false);
  globalThis.indexedDB = whole;
});

test("every happening leads somewhere, and only what arrived is wiped", () => {
  assert.deepEqual(NEXT, { received: "gone", lost: "waiting", refused: "refused" });
  assert.equal(happening(null), "received");
  assert.equal(happening(new Problem("offline")), "lost");
});
