/** What only invited rounds load: an invitation is exchanged for a token that nobody can trace. */

import { Problem, call, type Signer, type Token } from "./api.ts";
import {
  BlindError,
  blind,
  finalize,
  fromBase64,
  prepare,
  readKey,
  toBase64url,
  toHex,
  type Blinded,
  type Prepared,
  type SignerKey,
} from "./blind.ts";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;
const FINGERPRINT = 20;
const SAID_BY_SIGNER = new Set(["invitation_unknown", "invitation_used"]);

type Ready = { key: SignerKey; prepared: Prepared; blinded: Blinded };

/** What somebody typed as an invitation, or null when it cannot be one. */
export function readInvitation(typed: string): string | null {
  const plain = typed
    .toUpperCase()
    .replace(/[\s\-–—._]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  const fits = plain.length === LENGTH && [...plain].every((sign) => LETTERS.includes(sign));
  return fits ? plain : null;
}

/**
 * One invitation. It is blinded once, so that after a lost reply the signer is asked the same again
 * and gives the same signature.
 */
export class Invitation {
  private readonly code: string;
  private readonly signer: Signer;
  private readonly plain: string;
  private ready: Ready | null = null;

  constructor(code: string, signer: Signer, plain: string) {
    this.code = code;
    this.signer = signer;
    this.plain = plain;
  }

  /**
   * Exchanges it for a token.
   *
   * @throws {Problem} the signer does not know it, has signed for it, or cannot be trusted.
   */
  async redeem(): Promise<Token> {
    if ((crypto.subtle as SubtleCrypto | undefined) === undefined) throw new Problem("old_browser");
    try {
      const { key, prepared, blinded } = (this.ready ??= await this.blind());
      const signed = fromBase64(await this.sign(toBase64url(blinded.blinded)));
      const signature = await finalize(key, prepared, signed, blinded.inverse);
      return {
        message: toHex(prepared.message),
        randomizer: toHex(prepared.randomizer),
        signature: toBase64url(signature),
      };
    } catch (error) {
      throw error instanceof BlindError ? new Problem("signer_wrong") : error;
    }
  }

  private async blind(): Promise<Ready> {
    const key = await readKey(this.signer.key);
    const prepared = prepare();
    return { key, prepared, blinded: await blind(key, prepared) };
  }

  private async sign(blinded: string): Promise<string> {
    const address = `${this.signer.signer}/rounds/${encodeURIComponent(this.code)}/sign`;
    try {
      const reply = await call<{ signature?: unknown }>(address, { invitation: this.plain, blinded });
      return String(reply.signature);
    } catch (error) {
      const said = error instanceof Problem && SAID_BY_SIGNER.has(error.code);
      throw said ? error : new Problem("signer_silent");
    }
  }
}

/** What a key is called on the slip: 100 bits of its SHA-256, in groups of four. */
export async function fingerprint(key: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", fromBase64(key)));
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = Array.from({ length: FINGERPRINT }, (_, n) =>
    LETTERS.charAt(Number.parseInt(bits.slice(5 * n, 5 * n + 5), 2)),
  ).join("");
  return (letters.match(/.{4}/g) ?? []).join("-");
}
