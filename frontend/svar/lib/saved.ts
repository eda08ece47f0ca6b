/** What a person chose to keep on this device: what they have written so far, and receipts. */

import { change, read, remove, write } from "./device.ts";

const DRAFT = "draft";
const RECEIPTS = "receipts";
const DRAFT_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

type SavedDraft<T> = { code: string; until: number; written: T };
type Receipts = Record<string, string[]>;

/** Keeps what is written so far for seven days, in the place of anything kept before. */
export function saveDraft(code: string, written: unknown): Promise<boolean> {
  return write(DRAFT, { code, until: Date.now() + DRAFT_DAYS * DAY_MS, written });
}

/** What was written in a round earlier; what is too old is removed instead. */
export async function savedDraft<T>(code: string): Promise<T | null> {
  await forgetOldDraft();
  const saved = await read<SavedDraft<T>>(DRAFT);
  return saved?.code === code ? saved.written : null;
}

/** Removes a draft whose time is over, of whichever round. */
export async function forgetOldDraft(): Promise<void> {
  const saved = await read<SavedDraft<unknown>>(DRAFT);
  if (saved === undefined) return;
  // A date further ahead than any that is written comes from a clock that was put back.
  const left = saved.until - Date.now();
  if (left <= 0 || left > DRAFT_DAYS * DAY_MS) await remove(DRAFT);
}

/** Removes what is kept of a round, or whatever is kept. */
export async function forgetDraft(code?: string): Promise<void> {
  const saved = await read<SavedDraft<unknown>>(DRAFT);
  if (saved !== undefined && (code ?? saved.code) === saved.code) await remove(DRAFT);
}

/** The receipts that are remembered for a round, as they are typed, the latest last. */
export async function rememberedReceipts(code: string): Promise<string[]> {
  return (await read<Receipts>(RECEIPTS))?.[code] ?? [];
}

export function rememberReceipt(code: string, words: string): Promise<boolean> {
  return change<Receipts>(RECEIPTS, (now = {}) => ({ ...now, [code]: [...(now[code] ?? []), words] }));
}

export async function forgetReceipt(words: string): Promise<boolean> {
  if ((await read(RECEIPTS)) === undefined) return true;
  return change<Receipts>(RECEIPTS, (now = {}) => {
    const left = Object.entries(now).flatMap(([code, all]) => {
      const others = all.filter((one) => one !== words);
      return others.length === 0 ? [] : [[code, others] as const];
    });
    return left.length === 0 ? undefined : Object.fromEntries(left);
  });
}
