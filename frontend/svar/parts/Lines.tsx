import type { Helpline } from "../lib/api.ts";
import { classes } from "../lib/classes.ts";
import { say } from "../lib/i18n.ts";
import { allowCall } from "../lib/unsent.ts";
import { Icon } from "./Icon.tsx";
import "./Lines.css";

type Props = { helplines: Helpline[]; brief?: boolean };

export function Lines({ helplines, brief = false }: Props) {
  return (
    <ul class={classes("lines", brief && "brief")}>
      {helplines.map(({ name, number, note }) => (
        <li key={number}>
          <a href={`tel:${number.replaceAll(" ", "")}`} onClick={allowCall}>
            <Icon name="phone" />
            <span class="who">
              <strong>{number}</strong> <span>{say(name)}</span>{" "}
              {!brief && <span class="note">{say(note)}</span>}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
