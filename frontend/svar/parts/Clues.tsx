import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../lib/i18n.ts";
import { clues } from "../lib/identifying.ts";
import { Icon } from "./Icon.tsx";
import "./Clues.css";

const PAUSE_MS = 600;

export function Clues({ text }: { text: string }) {
  const settled = useSignal("");
  const found = clues(settled.value);

  useEffect(() => {
    const timer = setTimeout(() => (settled.value = text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div role="status">
      {found.length > 0 && (
        <div class="clue appear" data-testid="clue">
          <Icon name="notice" />
          <div>
            <p class="title">{t("clue.title")}</p>
            {found.map((clue) => (
              <p key={clue}>{t(`clue.${clue}`)}</p>
            ))}
            <p>{t("clue.why")}</p>
          </div>
        </div>
      )}
    </div>
  );
}
