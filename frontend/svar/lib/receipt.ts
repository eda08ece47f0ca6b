const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 20;
const GROUP = 4;

/** A new receipt: 20 characters of Crockford base32, 100 random bits, no dashes. */
export function makeReceipt(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** The receipt as people read it: ABCD-EFGH-JKMN-PQRS-TVWX. */
export function grouped(receipt: string): string {
  return (receipt.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");
}

/** What a person typed as a receipt, or null when it cannot be one. O reads as 0, I and L as 1. */
export function readReceipt(typed: string): string | null {
  const receipt = typed
    .toUpperCase()
    .replace(/[\s\-–—._]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  const valid = receipt.length === LENGTH && [...receipt].every((sign) => ALPHABET.includes(sign));
  return valid ? receipt : null;
}

/** SHA-256 of a text, in lower-case hex. Browsers give crypto.subtle on https and localhost only. */
export async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  const digest =
    subtle === undefined
      ? (await import("@noble/hashes/sha2.js")).sha256(bytes)
      : new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
