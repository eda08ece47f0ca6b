import { useRef } from "preact/hooks";
import type { Helpline } from "../../svar/lib/api.ts";
import { Icon } from "../../svar/parts/Icon.tsx";
import "../../svar/parts/Lines.css";
import "../../svar/parts/Sheet.css";
import { say, t } from "../lib/words.ts";

/** Who can be called, a tap away at every step: somebody may write about something that hurts. */
export function Help({ helplines }: { helplines: Helpline[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button class="help" type="button" aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        <Icon name="phone" />
        {t("help.button")}
      </button>
      <dialog ref={dialog} class="sheet" aria-labelledby="help-title">
        <div class="stack">
          <button class="button second" type="button" onClick={() => dialog.current?.close()}>
            {t("help.close")}
          </button>
          <h2 id="help-title">{t("help.title")}</h2>
          <p>{t("help.text")}</p>
          <ul class="lines">
            {helplines.map(({ name, number, note }) => (
              <li key={number}>
                <a href={`tel:${number.replaceAll(" ", "")}`}>
                  <Icon name="phone" />
                  <span class="who">
                    <strong>{number}</strong> <span>{say(name)}</span> <span class="note">{say(note)}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
          <p class="quiet">{t("help.room")}</p>
        </div>
      </dialog>
    </>
  );
}
