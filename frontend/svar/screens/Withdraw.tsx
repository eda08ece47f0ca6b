import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Problem, withdrawResponse } from "../lib/api.ts";
import { t } from "../lib/i18n.ts";
import { arrive, fragment, receive, takeFragment } from "../lib/place.ts";
import { queue } from "../lib/queue.ts";
import {
  hex,
  readReceipt,
  receiptHash,
  withdrawalOf,
  wordList,
  writeReceipt,
  type Reading,
} from "../lib/receipt.ts";
import { forgetReceipt, rememberedReceipts } from "../lib/saved.ts";
import { useTitle } from "../lib/title.ts";
import { Trouble } from "../parts/Trouble.tsx";
import "./Withdraw.css";

/** Words of a receipt that is kept here, as its name. */
const SHOWN = 2;

export function Withdraw({ code, receipt }: { code: string; receipt: readonly string[] }) {
  const typed = useSignal("");
  const wrong = useSignal<Reading | null>(null);
  const busy = useSignal(false);
  const done = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const kept = useSignal<string[]>([]);
  const input = useRef<HTMLTextAreaElement>(null);

  useTitle(`${t("withdraw.title")} – Fortell`);

  // A receipt just made, or handed over by its QR code, is filled in once; after that the field
  // belongs to whoever types.
  const handed = fragment();
  useEffect(() => {
    const given = handed === "" ? receipt.join(" ") : takeFragment().replaceAll("-", " ");
    if (given !== "") typed.value = given;
  }, [handed, receipt]);

  useEffect(() => {
    void rememberedReceipts(code).then((found) => (kept.value = found));
  }, [code]);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    wrong.value = null;
    try {
      const words = await wordList();
      const reading = readReceipt(typed.value, words);
      if (reading.secret !== null) {
        const secret = hex(await withdrawalOf(reading.secret));
        const id = await receiptHash(reading.secret);
        await queue.withdraw(id, () => withdrawResponse(code, secret));
        await forgetReceipt(writeReceipt(reading.secret, words).join(" "));
        typed.value = "";
        done.value = true;
      } else {
        wrong.value = reading;
        input.current?.focus();
      }
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem("offline");
    }
    busy.value = false;
  }

  if (done.value)
    return (
      <div class="stack">
        <h1 tabindex={-1} ref={receive}>
          {t("withdraw.done")}
        </h1>
        <p>{t("withdraw.done.text")}</p>
      </div>
    );
  return (
    <form class="withdraw stack" novalidate autocomplete="off" onSubmit={submit}>
      <h1 tabindex={-1} ref={arrive}>
        {t("withdraw.title")}
      </h1>
      <p>{t("withdraw.intro")}</p>
      {problem.value !== null && <Trouble key={problem.value} problem={problem.value} />}
      {kept.value
        .filter((words) => words !== typed.value)
        .map((words) => (
          <button
            key={words}
            class="button second wide"
            type="button"
            translate={false}
            onClick={() => (typed.value = words)}
          >
            {t("withdraw.kept", { words: words.split(" ").slice(0, SHOWN).join(" ") })}
          </button>
        ))}
      <div class="field card">
        <label for="receipt">{t("withdraw.label")}</label>
        <p id="receipt-hint" class="quiet">
          {t("withdraw.hint")}
        </p>
        {wrong.value !== null && (
          <p id="receipt-wrong" class="wrong" role="alert">
            {complaint(wrong.value)}
          </p>
        )}
        <textarea
          id="receipt"
          ref={input}
          rows={3}
          value={typed.value}
          onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={wrong.value !== null}
          aria-describedby={wrong.value === null ? "receipt-hint" : "receipt-wrong receipt-hint"}
        />
      </div>
      <button class="button wide" type="submit" aria-disabled={busy.value}>
        {t(busy.value ? "withdraw.busy" : "withdraw.submit")}
      </button>
    </form>
  );
}

/** What is wrong with the words that somebody typed. */
function complaint({ count, unknown }: Reading): string {
  if (unknown.length === 0) return t("withdraw.count", { count });
  const which = unknown.join(", ");
  return t(unknown.length === 1 ? "withdraw.unknown" : "withdraw.unknown.more", { which });
}
