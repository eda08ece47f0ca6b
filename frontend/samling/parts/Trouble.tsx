import type { ComponentChildren } from "preact";
import { Icon } from "../../svar/parts/Icon.tsx";
import "../../svar/parts/Trouble.css";
import type { Problem } from "../lib/http.ts";
import { isMessageKey, t, type MessageKey } from "../lib/words.ts";

const known = (key: string, otherwise: MessageKey) => (isMessageKey(key) ? key : otherwise);

/** What went wrong, and what to do next. */
export function Trouble({ problem, children }: { problem: Problem; children?: ComponentChildren }) {
  return (
    <div class="trouble calm stack" role="alert">
      <h2 class="title">
        <Icon name="notice" />
        {t(known(`error.${problem.code}`, "error.unexpected"))}
      </h2>
      <p>{t(known(`error.${problem.code}.next`, "error.unexpected.next"))}</p>
      {children}
    </div>
  );
}
