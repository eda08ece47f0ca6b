import { Counter } from "./digest.ts";

/** What the server asks for before it takes an answer: a hash that begins with so many zero bits. */
export type Challenge = { challenge: string; bits: number };
export type Work = { challenge: string; nonce: string };

const SLICE_MS = 12;
const HASHES_BETWEEN_LOOKS = 64;

/**
 * Finds a number for which SHA-256 of "challenge:subject:number" begins with enough zero bits.
 * Works in slices shorter than a frame, so that the page answers to taps meanwhile.
 */
export async function solve({ challenge, bits }: Challenge, subject: string): Promise<Work> {
  const counter = new Counter(new TextEncoder().encode(`${challenge}:${subject}:`));
  for (;;) {
    const stop = performance.now() + SLICE_MS;
    while (performance.now() < stop)
      for (let i = 0; i < HASHES_BETWEEN_LOOKS; i++, counter.advance())
        if (counter.zeros() >= bits) return { challenge, nonce: counter.number };
    await new Promise((resolve) => setTimeout(resolve));
  }
}
