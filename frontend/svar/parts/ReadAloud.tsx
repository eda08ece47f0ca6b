import { t } from "../lib/i18n.ts";
import { canSpeak, hush, isSpeaking, speak } from "../lib/speak.ts";
import { Icon } from "./Icon.tsx";
import "./ReadAloud.css";

/** Reads aloud what stands in the nearest `.aloud` around it. */
export function ReadAloud() {
  if (!canSpeak()) return null;

  function toggle({ currentTarget }: { currentTarget: HTMLElement }): void {
    const around = currentTarget.closest(".aloud");
    if (isSpeaking()) hush();
    else if (around !== null) speak(around);
  }

  return (
    <button class="read-aloud" type="button" data-testid="aloud" onClick={toggle}>
      <Icon name="sound" />
      {t(isSpeaking() ? "aloud.stop" : "aloud.start")}
    </button>
  );
}
