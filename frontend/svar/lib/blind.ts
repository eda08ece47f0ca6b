/**
 * RSA blind signatures, the phone's side: RFC 9474, RSABSSA-SHA384-PSS-Randomized.
 *
 * Own code and not @cloudflare/blindrsa-ts: that weighs 13.4 kB gzipped, most of it big numbers that
 * browsers have by now, and whoever checks our promise has to read all of it. Hashing and verifying
 * are the browser's. What happens here happens once per invitation, with numbers drawn for that one
 * time, so somebody who times it learns nothing to use later.
 */

const HASH = "SHA-384";
const HASH_BYTES = 48;
const SALT_BYTES = 48;
const RANDOM_BYTES = 32;
/** The exponent 65537 is 2 to the 16th, plus one. */
const SQUARINGS = 16;
const LEAST_BITS = 2048;
const MOST_BITS = 4096;

type Bytes = Uint8Array<ArrayBuffer>;

export type SignerKey = { key: CryptoKey; modulus: bigint; bits: number; bytes: number };

/** `prepared` is randomizer and message, one after the other (RFC 9474, section 4.1). */
export type Prepared = { message: Bytes; randomizer: Bytes; prepared: Bytes };

/** `blinded` is for the signer; `inverse` stays here and takes the blinding off again. */
export type Blinded = { blinded: Bytes; inverse: bigint };

/** Something does not fit: a key that no signer of ours makes, or a signature that is none. */
export class BlindError extends Error {}

/**
 * Reads a signer's public key.
 *
 * @param spki base64 of its SubjectPublicKeyInfo.
 * @throws {BlindError} it is no RSA key with the exponent 65537 and a size that is safe.
 */
export async function readKey(spki: string): Promise<SignerKey> {
  const algorithm = { name: "RSA-PSS", hash: HASH };
  const key = await crypto.subtle
    .importKey("spki", fromBase64(spki), algorithm, true, ["verify"])
    .catch(() => null);
  if (key === null) throw new BlindError("no RSA key");
  const { n = "", e } = await crypto.subtle.exportKey("jwk", key);
  const modulus = toNumber(fromBase64(n));
  const bits = modulus.toString(2).length;
  if (e !== "AQAB" || bits < LEAST_BITS || bits > MOST_BITS || (modulus & 1n) === 0n)
    throw new BlindError("no key that blinds");
  return { key, modulus, bits, bytes: Math.ceil(bits / 8) };
}

/** Draws a new message. The randomizer keeps a signer with a made-up key from learning of it. */
export function prepare(message = random(RANDOM_BYTES), randomizer = random(RANDOM_BYTES)): Prepared {
  return { message, randomizer, prepared: join(randomizer, message) };
}

/**
 * Blinds a prepared message (RFC 9474, section 4.2). Whatever is blinded looks the same to the
 * signer: a number drawn evenly, whichever message is under it.
 *
 * @param salt drawn anew; given in tests only.
 * @param factor the blinding factor, drawn anew; given in tests only.
 * @throws {BlindError} the key's modulus has a small factor, so it is no honest key.
 */
export async function blind(
  { modulus, bits, bytes }: SignerKey,
  { prepared }: Prepared,
  salt = random(SALT_BYTES),
  factor = randomBelow(modulus, bytes),
): Promise<Blinded> {
  const encoded = toNumber(await encode(prepared, bits - 1, salt));
  // Of the product, which is drawn evenly too, so that the time it takes tells nothing of `factor`.
  const inverse = (encoded * invert((encoded * factor) % modulus, modulus)) % modulus;
  const blinded = (encoded * raise(factor, modulus)) % modulus;
  return { blinded: toBytes(blinded, bytes), inverse };
}

/**
 * Takes the blinding off a signature, and sees that it is good (RFC 9474, section 4.4).
 *
 * @returns a signature of the prepared message, which the signer has never seen.
 * @throws {BlindError} this is no signature by that key.
 */
export async function finalize(
  { key, modulus, bytes }: SignerKey,
  { prepared }: Prepared,
  blindSignature: Bytes,
  inverse: bigint,
): Promise<Bytes> {
  if (blindSignature.length !== bytes) throw new BlindError("another length");
  const signature = toBytes((toNumber(blindSignature) * inverse) % modulus, bytes);
  const algorithm = { name: "RSA-PSS", saltLength: SALT_BYTES };
  if (!(await crypto.subtle.verify(algorithm, key, signature, prepared)))
    throw new BlindError("no signature by this key");
  return signature;
}

/** EMSA-PSS-ENCODE (RFC 8017, section 9.1.1), with MGF1 and the same hash everywhere. */
async function encode(message: Bytes, bits: number, salt: Bytes): Promise<Bytes> {
  const bytes = Math.ceil(bits / 8);
  const hash = await digest(new Uint8Array(8), await digest(message), salt);
  const block = new Uint8Array(bytes - HASH_BYTES - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  const mask = await mgf1(hash, block.length);
  for (const [place, byte] of mask.entries()) block[place]! ^= byte;
  block[0]! &= 0xff >> (8 * bytes - bits);
  return join(block, hash, Uint8Array.of(0xbc));
}

/** MGF1 (RFC 8017, appendix B.2.1). */
async function mgf1(seed: Bytes, length: number): Promise<Bytes> {
  const count = Math.ceil(length / HASH_BYTES);
  const hashes = Array.from({ length: count }, (_, n) => digest(seed, Uint8Array.of(0, 0, 0, n)));
  return join(...(await Promise.all(hashes))).slice(0, length);
}

async function digest(...parts: Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(HASH, join(...parts)));
}

/** `base` to the power of 65537. */
function raise(base: bigint, modulus: bigint): bigint {
  let result = base;
  for (let n = 0; n < SQUARINGS; n++) result = (result * result) % modulus;
  return (result * base) % modulus;
}

/** The inverse, by Euclid's extended algorithm. */
function invert(value: bigint, modulus: bigint): bigint {
  let [before, rest] = [modulus, value];
  let [old, found] = [0n, 1n];
  while (rest !== 0n) {
    const times = before / rest;
    [before, rest] = [rest, before - times * rest];
    [old, found] = [found, old - times * found];
  }
  if (before !== 1n) throw new BlindError("a modulus with a small factor");
  return old < 0n ? old + modulus : old;
}

/** A number from 1 up to, but without, the modulus, each as likely. */
function randomBelow(modulus: bigint, bytes: number): bigint {
  for (;;) {
    const drawn = toNumber(random(bytes));
    if (drawn > 0n && drawn < modulus) return drawn;
  }
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

function join(...parts: Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function toNumber(bytes: Bytes): bigint {
  return BigInt(`0x${toHex(bytes) || "0"}`);
}

function toBytes(value: bigint, length: number): Bytes {
  const hex = value.toString(16).padStart(2 * length, "0");
  return Uint8Array.from({ length }, (_, n) => Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16));
}

export function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Bytes of base64 or base64url.
 *
 * @throws {BlindError} it is neither.
 */
export function fromBase64(text: string): Bytes {
  try {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  } catch {
    throw new BlindError("no base64");
  }
}

/** base64url, without padding. */
export function toBase64url(bytes: Bytes): string {
  const plain = btoa(String.fromCharCode(...bytes));
  return plain.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
