import type { Round } from "../lib/api.ts";
import { shared } from "../lib/device.ts";
import { t } from "../lib/i18n.ts";
import { arrive, open } from "../lib/place.ts";
import { CardLink } from "../parts/CardLink.tsx";
import { Others } from "../parts/Others.tsx";
import { Receipt } from "../parts/Receipt.tsx";
import { Street } from "../parts/Street.tsx";

type Props = {
  round: Round;
  receipt: readonly string[];
  /** What the teller said that the stories are about. */
  themes: readonly string[];
};

export function Sent({ round, receipt, themes }: Props) {
  return (
    <>
      <Street lit={1} />
      <div class="stack appear">
        <h1 tabindex={-1} ref={arrive}>
          {t("sent.title")}
        </h1>
        <p>{t("sent.text")}</p>

        <Receipt code={round.code} words={receipt} />

        <Others round={round} themes={themes} />

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
          {!shared && (
            <button class="button second wide" type="button" onClick={() => open("/")}>
              {t("sent.done")}
            </button>
          )}
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
