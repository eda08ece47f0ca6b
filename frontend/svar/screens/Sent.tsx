import { useSignal } from "@preact/signals";
import type { Round } from "../lib/api.ts";
import { t, type MessageKey } from "../lib/i18n.ts";
import { arrive, open } from "../lib/place.ts";
import { grouped } from "../lib/receipt.ts";
import { CardLink } from "../parts/CardLink.tsx";
import { Street } from "../parts/Street.tsx";
import "./Sent.css";

export function Sent({ round, receipt }: { round: Round; receipt: string }) {
  const copied = useSignal<MessageKey | null>(null);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(grouped(receipt));
      copied.value = "sent.copied";
    } catch {
      copied.value = "sent.copy.failed";
    }
  }

  return (
    <>
      <Street lit={1} />
      <div class="sent stack appear">
        <h1 tabindex={-1} ref={arrive}>
          {t("sent.title")}
        </h1>
        <p>{t("sent.text")}</p>

        <section class="card stack" aria-labelledby="receipt-title">
          <h2 id="receipt-title">{t("sent.receipt")}</h2>
          <p class="receipt" data-testid="receipt" translate={false}>
            {grouped(receipt)
              .split(/(?=-)/)
              .map((group) => [<span>{group}</span>, <wbr />])}
          </p>
          <p>{t("sent.receipt.text")}</p>
          <p>
            {t("sent.receipt.where")}{" "}
            <span class="address" translate={false}>
              {location.host}/r/{round.code}/trekk
            </span>
          </p>
          <button class="button wide" type="button" onClick={copy}>
            {t("sent.copy")}
          </button>
          <p class="copied" role="status">
            {copied.value === null ? "" : t(copied.value)}
          </p>
        </section>

        <section class="stack" aria-labelledby="next-title">
          <h2 id="next-title">{t("sent.next")}</h2>
          <p>
            {t("sent.next.text")} <CardLink code={round.code} text="card.name" />
          </p>
          <p>{t("sent.next.code", { code: round.code })}</p>
          {round.previous && (
            <p>
              <CardLink code={round.previous.code} text="welcome.previous" />
            </p>
          )}
        </section>

        <div class="stack">
          <button class="button second wide" type="button" onClick={() => open("/")}>
            {t("sent.done")}
          </button>
          <button
            class="button third wide"
            type="button"
            onClick={() => open(`/r/${round.code}/trekk`)}
          >
            {t("sent.withdraw")}
          </button>
        </div>
      </div>
    </>
  );
}
