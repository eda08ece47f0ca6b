import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Problem } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { Trouble } from "./Trouble.tsx";
import "./Offer.css";

type Props = { draft: Draft; onShow: () => void };

/** Offers to see the stories without names, and the themes heard, before they are sent. */
export function Offer({ draft, onShow }: Props) {
  const { told, judged } = draft;
  if (told.length === 0) return null;
  return (
    <section class="offer card stack" aria-labelledby="offer" data-testid="offer">
      {judged.length < told.length ? (
        <Ask draft={draft} onShow={onShow} />
      ) : (
        <Look draft={draft} onShow={onShow} />
      )}
    </section>
  );
}

/** The text leaves the phone when somebody taps here, and says so. */
function Ask({ draft, onShow }: Props) {
  const asking = useSignal<AbortController | null>(null);
  const problem = useSignal<Problem | null>(null);

  // Whoever leaves this screen does not wait any longer.
  useEffect(() => cancel, []);

  async function ask(): Promise<void> {
    const stop = new AbortController();
    asking.value = stop;
    problem.value = null;
    try {
      await draft.propose(stop);
      onShow();
    } catch (error) {
      // A try that took too long is stopped too, and that is told.
      if (asking.peek() !== stop) return;
      problem.value = error instanceof Problem ? error : new Problem("unexpected");
    } finally {
      if (asking.peek() === stop) asking.value = null;
    }
  }

  function cancel(): void {
    asking.peek()?.abort();
    asking.value = null;
  }

  const waiting = asking.value !== null;
  return (
    <>
      <h2 id="offer">{t("offer.title")}</h2>
      <p>{t("offer.text")}</p>
      <p class="quiet">{t("offer.free")}</p>
      {problem.value !== null && (
        <Trouble key={problem.value} problem={problem.value} calm>
          <p>{t("offer.kept")}</p>
        </Trouble>
      )}
      <p class="waiting" role="status">
        {waiting ? t("offer.waiting") : ""}
      </p>
      <button
        class="button second wide"
        type="button"
        data-testid="propose"
        onClick={waiting ? cancel : ask}
      >
        {t(waiting ? "offer.cancel" : "offer.ask")}
      </button>
    </>
  );
}

/** Leads to a proposal that is here, and away from it again. */
function Look({ draft, onShow }: Props) {
  const look = useRef<HTMLButtonElement>(null);
  const used = draft.judged.every(({ judged }) => judged.used);

  // The button that was pressed goes away.
  function undo(): void {
    draft.use(false);
    look.current?.focus();
  }

  return (
    <>
      <h2 id="offer">{t(used ? "offer.used" : "offer.here")}</h2>
      <p>{t(used ? "offer.used.text" : "offer.here.text")}</p>
      <button
        ref={look}
        class="button second wide"
        type="button"
        data-testid="look"
        onClick={onShow}
      >
        {t(used ? "offer.again" : "offer.look")}
      </button>
      {used && (
        <button class="button third wide" type="button" onClick={undo}>
          {t("offer.undo")}
        </button>
      )}
    </>
  );
}
