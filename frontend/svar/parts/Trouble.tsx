import type { ComponentChildren } from "preact";
import type { Problem } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import { isMessageKey, t, type MessageKey } from "../lib/i18n.ts";
import { receive } from "../lib/place.ts";
import { Icon } from "./Icon.tsx";
import "./Trouble.css";

type Props = {
  problem: Problem;
  level?: "h1" | "h2";
  /** Nothing is wrong that matters much. */
  calm?: boolean;
  children?: ComponentChildren;
};

const CALM = new Set([
  "round_closed",
  "round_not_open",
  "round_waits",
  "round_unapproved",
  "round_full",
  "empty",
]);

function known(key: string, otherwise: MessageKey): MessageKey {
  return isMessageKey(key) ? key : otherwise;
}

export function Trouble({ problem, level: Title = "h2", calm = false, children }: Props) {
  const title = known(`error.${problem.code}`, "error.unexpected");
  const next = known(`error.${problem.code}.next`, "error.unexpected.next");
  const seconds = problem.code === "busy" ? problem.retryAfter : null;

  return (
    <div
      ref={receive}
      class={classes("trouble stack", (calm || CALM.has(problem.code)) && "calm")}
      role="alert"
      tabindex={-1}
    >
      <Title class="title">
        <Icon name="notice" />
        {t(title)}
      </Title>
      <p>{seconds === null ? t(next) : t("error.busy.wait", { seconds })}</p>
      {children}
    </div>
  );
}
