import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Problem, withdraw } from "../lib/api.ts";
import { t } from "../lib/i18n.ts";
import { arrive, receive } from "../lib/place.ts";
import { grouped, readReceipt } from "../lib/receipt.ts";
import { useTitle } from "../lib/title.ts";
import { Trouble } from "../parts/Trouble.tsx";
import "./Withdraw.css";

export function Withdraw({ code, receipt }: { code: string; receipt: string }) {
  // A receipt just made is filled in once; after that the field belongs to whoever types.
  const typed = useSignal(grouped(receipt));
  const malformed = useSignal(false);
  const busy = useSignal(false);
  const done = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const input = useRef<HTMLInputElement>(null);

  useTitle(`${t("withdraw.title")} – Fortell`);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const read = readReceipt(typed.value);
    malformed.value = read === null;
    problem.value = null;
    if (read === null) return input.current?.focus();
    if (busy.value) return;
    busy.value = true;
    try {
      await withdraw(code, grouped(read));
      typed.value = "";
      done.value = true;
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem("unexpected");
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
      <div class="field card">
        <label for="receipt">{t("withdraw.label")}</label>
        <p id="receipt-hint" class="quiet">
          {t("withdraw.hint")}
        </p>
        {malformed.value && (
          <p id="receipt-wrong" class="wrong" role="alert">
            {t("withdraw.format")}
          </p>
        )}
        <input
          id="receipt"
          ref={input}
          value={typed.value}
          onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          enterkeyhint="send"
          aria-invalid={malformed.value}
          aria-describedby={malformed.value ? "receipt-wrong receipt-hint" : "receipt-hint"}
        />
      </div>
      <button class="button wide" type="submit" aria-disabled={busy.value}>
        {t(busy.value ? "withdraw.busy" : "withdraw.submit")}
      </button>
    </form>
  );
}
