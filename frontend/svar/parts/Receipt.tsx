import { useSignal } from "@preact/signals";
import { t, type MessageKey } from "../lib/i18n.ts";
import { forgetReceipt, rememberReceipt } from "../lib/saved.ts";
import { Keep } from "./Keep.tsx";
import { QrCode } from "./QrCode.tsx";
import "./Receipt.css";

/** The words that withdraw an answer, to be written down, copied or photographed. */
export function Receipt({ code, words }: { code: string; words: readonly string[] }) {
  const copied = useSignal<MessageKey | null>(null);
  const kept = useSignal(false);
  const page = `/r/${code}/trekk`;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(words.join(" "));
      copied.value = "sent.copied";
    } catch {
      copied.value = "sent.copy.failed";
    }
  }

  async function keep(wanted: boolean): Promise<boolean> {
    const text = words.join(" ");
    const done = wanted ? await rememberReceipt(code, text) : await forgetReceipt(text);
    if (done) kept.value = wanted;
    return done;
  }

  return (
    <section class="receipt card stack" aria-labelledby="receipt-title">
      <h2 id="receipt-title">{t("sent.receipt")}</h2>
      <ol data-testid="receipt" translate={false} lang="nb">
        {words.map((word, place) => (
          <li key={place}>{word}</li>
        ))}
      </ol>
      <p>{t("sent.receipt.text")}</p>
      <button class="button wide" type="button" onClick={copy}>
        {t("sent.copy")}
      </button>
      <p class="copied" role="status">
        {copied.value === null ? "" : t(copied.value)}
      </p>
      <Keep
        kept={kept.value}
        label={t("keep.receipt")}
        hint={t("keep.receipt.hint")}
        onChange={keep}
      />
      <p>
        {t("sent.receipt.where")}{" "}
        <span class="address" translate={false}>
          {location.host}
          {page}
        </span>
      </p>
      <p>{t("sent.receipt.code")}</p>
      <QrCode text={`${location.origin}${page}#${words.join("-")}`} label={t("sent.receipt.image")} />
    </section>
  );
}
