import address from "../words.txt?url";
import { digest } from "./digest.ts";

/** Bytes of a receipt's secret: 80 bits. */
const SECRET_BYTES = 10;
/** Each word stands for ten bits: its place among the 1024. */
const WORD_BITS = 10;
const WORDS = 8;
/** No two words begin with the same four letters, so the rest may be misspelt. */
const TELLING = 4;
const LABEL = "fortell receipt 1 withdraw";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a person typed: a receipt's secret, or the numbers of the words that are in no list. */
export type Reading = { secret: Bytes | null; count: number; unknown: number[] };

let list: Promise<string[]> | null = null;

/** The 1024 words; fetched once, and again only when that failed. */
export function wordList(): Promise<string[]> {
  list ??= fetchList().catch((error: unknown) => {
    list = null;
    throw error;
  });
  return list;
}

async function fetchList(): Promise<string[]> {
  const reply = await fetch(address);
  if (!reply.ok) throw new Error("no words for receipts");
  return (await reply.text()).trim().split("\n");
}

export function makeSecret(): Bytes {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

/** A secret as eight words. */
export function writeReceipt(secret: Bytes, words: readonly string[]): string[] {
  return regroup(secret, 8, WORD_BITS).map((place) => words[place]!);
}

/**
 * Reads a receipt however it is typed: case, spaces, commas, dashes and numbers between the words do
 * not matter, nor anything after a word's fourth letter. An address that carries it is taken too.
 */
export function readReceipt(typed: string, words: readonly string[]): Reading {
  const places = new Map(words.map((word, place) => [start(word), place]));
  const said = typed.slice(typed.indexOf("#") + 1).toLowerCase().match(/\p{L}+/gu) ?? [];
  const found = said.map((word) => places.get(start(word)));
  const unknown = found.flatMap((place, index) => (place === undefined ? [index + 1] : []));
  const whole = unknown.length === 0 && said.length === WORDS;
  const secret = whole ? Uint8Array.from(regroup(found as number[], WORD_BITS, 8)) : null;
  return { secret, count: said.length, unknown };
}

/** What withdraws the answer: SHA-256 of a label and the secret, which itself never leaves. */
export function withdrawalOf(secret: Bytes): Promise<Bytes> {
  const label = new TextEncoder().encode(LABEL);
  const message = new Uint8Array(label.length + secret.length);
  message.set(label);
  message.set(secret, label.length);
  return sha256(message);
}

/** What is sent with the answer: SHA-256 of what withdraws it, in hex. */
export async function receiptHash(secret: Bytes): Promise<string> {
  return hex(await sha256(await withdrawalOf(secret)));
}

export function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Browsers give crypto.subtle on https and localhost only. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  return subtle === undefined
    ? digest(bytes)
    : new Uint8Array(await subtle.digest("SHA-256", bytes));
}

const start = (word: string) => word.slice(0, TELLING);

/** The same bits in groups of another size. */
function regroup(numbers: Iterable<number>, from: number, to: number): number[] {
  const bits = Array.from(numbers, (one) => one.toString(2).padStart(from, "0")).join("");
  return Array.from({ length: bits.length / to }, (_, i) =>
    Number.parseInt(bits.slice(i * to, (i + 1) * to), 2),
  );
}
