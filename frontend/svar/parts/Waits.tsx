import { useSignal } from "@preact/signals";
import { isMessageKey, t } from "../lib/i18n.ts";
import { queue, type Summary } from "../lib/queue.ts";
import { Icon } from "./Icon.tsx";
import "./Waits.css";

/** Answers that wait on this device: how many and why, and what can be done. Not what is in them. */
export function Waits() {
  const tried = useSignal(false);
  const { waits, arrived, flushing } = queue;
  if (waits.length === 0)
    return <p role="status">{arrived > 0 ? t("waits.arrived") : ""}</p>;

  const why = new Set(waits.filter(({ state }) => state === "refused").map(reason));

  async function tryNow(): Promise<void> {
    await queue.retry();
    tried.value = true;
  }

  return (
    <section class="waits card stack" aria-labelledby="waits" data-testid="waits">
      <h2 id="waits">
        <Icon name="cloud" />
        {waits.length === 1 ? t("waits.one") : t("waits.more", { count: waits.length })}
      </h2>
      {[...why].map((text) => (
        <p key={text}>
          <strong>{t("waits.refused")}</strong> {text}
        </p>
      ))}
      <p>{t(why.size > 0 ? "waits.refused.next" : "waits.text")}</p>
      <p role="status">
        {flushing ? t("review.sending") : tried.value && why.size === 0 ? t("waits.still") : ""}
      </p>
      <div class="actions">
        <button class="button second" type="button" data-testid="try-now" onClick={tryNow}>
          {t("waits.try")}
        </button>
        <button
          class="button third"
          type="button"
          data-testid="drop"
          onClick={() => void queue.drop()}
        >
          {t("waits.drop")}
        </button>
      </div>
    </section>
  );
}

function reason({ problem }: Summary): string {
  const key = `error.${problem}`;
  return `${t(isMessageKey(key) ? key : "error.unexpected")}.`;
}
