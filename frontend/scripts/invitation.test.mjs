import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { load } from "./load.mjs";

const { fingerprint, readInvitation } = await load("invitation");
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

test("an invitation is read however it is typed, and nothing else is one", () => {
  assert.equal(readInvitation(" oil3-4567 89ab–cdeF "), "0113456789ABCDEF");
  for (const wrong of ["", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "0123-4567-89AB-CDEU"])
    assert.equal(readInvitation(wrong), null, wrong);
});

test("a fingerprint is 100 bits of the key's SHA-256, in Crockford's base32", async () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = publicKey.export({ type: "spki", format: "der" });
  let rest = BigInt(`0x${createHash("sha256").update(der).digest("hex")}`) >> 156n;
  let expected = "";
  for (let place = 0; place < 20; place++, rest >>= 5n)
    expected = LETTERS[Number(rest & 31n)] + expected;
  const found = await fingerprint(der.toString("base64"));
  assert.equal(found.replaceAll("-", ""), expected);
  assert.match(found, /^(\w{4}-){4}\w{4}$/);
});
