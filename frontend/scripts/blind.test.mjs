import assert from "node:assert/strict";
import { constants, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const { BlindError, blind, finalize, fromBase64, prepare, readKey, toBase64url, toHex } =
  await load("blind");

const VECTORS = new URL("../../tests/server/vectors/rfc9474.json", import.meta.url);
const vector = JSON.parse(readFileSync(VECTORS, "utf8"));
const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));
const number = (hex) => BigInt(`0x${hex}`);
const base64url = (hex) => Buffer.from(hex, "hex").toString("base64url");

const rfcKey = createPublicKey({
  key: { kty: "RSA", n: base64url(vector.n), e: base64url(vector.e) },
  format: "jwk",
});
const spki = (key) => key.export({ type: "spki", format: "der" }).toString("base64");

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n, square = (square * square) % modulus)
    if (exponent & 1n) result = (result * square) % modulus;
  return result;
}

/** The signer's side, with nothing that protects it. */
function sign(blinded, d, n) {
  const hex = power(number(toHex(blinded)), d, n).toString(16);
  return bytes(hex.padStart(2 * blinded.length, "0"));
}

test("the example of RFC 9474, appendix A.1, comes out byte for byte", async () => {
  const [n, p, q] = [vector.n, vector.p, vector.q].map(number);
  assert.equal(p * q, n);
  // r is the inverse of inv: to the power of φ(n) - 1, by Euler.
  const factor = power(number(vector.inv), (p - 1n) * (q - 1n) - 1n, n);
  const key = await readKey(spki(rfcKey));
  const prepared = prepare(bytes(vector.msg), bytes(vector.msg_prefix));
  const made = await blind(key, prepared, bytes(vector.salt), factor);
  assert.equal(toHex(made.blinded), vector.blinded_msg);
  assert.equal(made.inverse, number(vector.inv));
  assert.equal(toHex(sign(made.blinded, number(vector.d), n)), vector.blind_sig);
  const signature = await finalize(key, prepared, bytes(vector.blind_sig), made.inverse);
  assert.equal(toHex(signature), vector.sig);
});

const pair = generateKeyPairSync("rsa", { modulusLength: 3072 });
const jwk = pair.privateKey.export({ format: "jwk" });
const [n, d] = [jwk.n, jwk.d].map((part) => number(Buffer.from(part, "base64url").toString("hex")));

test("a message drawn anew is signed without being seen, and Node's own OpenSSL agrees", async () => {
  const key = await readKey(spki(pair.publicKey));
  const seen = new Set();
  const prepared = prepare();
  for (let time = 0; time < 5; time++) {
    const { blinded, inverse } = await blind(key, prepared);
    seen.add(toHex(blinded));
    const signature = await finalize(key, prepared, sign(blinded, d, n), inverse);
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
    const options = { key: pair.publicKey, ...padding };
    assert.ok(verify("sha384", prepared.prepared, options, signature));
  }
  assert.equal(seen.size, 5);
  assert.notDeepEqual(prepare().message, prepare().message);
  assert.notDeepEqual(prepare().randomizer, prepare().randomizer);
  assert.equal(prepared.message.length, 32);
  assert.equal(prepared.randomizer.length, 32);
});

test("a signature that is none is not taken", async () => {
  const key = await readKey(spki(pair.publicKey));
  const prepared = prepare();
  const { blinded, inverse } = await blind(key, prepared);
  const good = sign(blinded, d, n);
  const changed = good.slice();
  changed[200] ^= 1;
  const wrong = [changed, good.slice(1), new Uint8Array(384), blinded, new Uint8Array()];
  for (const one of wrong) await assert.rejects(finalize(key, prepared, one, inverse), BlindError);
  await assert.rejects(finalize(key, prepare(), good, inverse), BlindError);
  await assert.rejects(finalize(key, prepared, good, inverse + 1n), BlindError);
  await finalize(key, prepared, good, inverse);
});

test("a key that could tell people apart, or that is none, is not taken", async () => {
  const exponent = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 });
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
  for (const one of [exponent, small, curve])
    await assert.rejects(readKey(spki(one.publicKey)), BlindError);
  await assert.rejects(readKey("AAAA"), BlindError);
});

test("a modulus that shares a factor with what is blinded is found out", async () => {
  const key = await readKey(spki(pair.publicKey));
  const multiple = { ...key, modulus: 3n * 5n * 7n * 11n * 13n * key.modulus };
  await assert.rejects(blind(multiple, prepare(), undefined, 1155n), BlindError);
});

test("base64 of both kinds is read, and base64url is written", () => {
  const all = Uint8Array.from({ length: 256 }, (_, n) => n);
  assert.equal(toBase64url(all), Buffer.from(all).toString("base64url"));
  for (const form of ["base64", "base64url"])
    assert.deepEqual(fromBase64(Buffer.from(all).toString(form)), all);
});
