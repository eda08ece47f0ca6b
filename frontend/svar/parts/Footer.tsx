import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Problem, getStatement } from "../lib/api.ts";
import { language, t } from "../lib/i18n.ts";
import { Erase } from "./Erase.tsx";
import { Sheet } from "./Sheet.tsx";
import { Trouble } from "./Trouble.tsx";
import "./Footer.css";

const STATEMENTS = [
  { page: "personvern", name: "footer.privacy" },
  { page: "tilgjengelighet", name: "footer.access" },
] as const;
const PROMISE = { page: "loftet", name: "footer.promise" } as const;

type Props = {
  code: string | null;
  invited: boolean;
  /** Everything on this device is to be deleted. */
  onErase: () => void;
};

type Statement = (typeof STATEMENTS)[number] | typeof PROMISE;

/** Privacy, accessibility and the promise to the invited, shown over the screen: what has been written stays where it is. */
export function Footer({ code, invited, onErase }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const chosen = useSignal<Statement>(STATEMENTS[0]);
  const content = useSignal<Node[] | Problem | null>(null);
  const shown = content.value;

  const address = ({ page }: Statement) =>
    `${code === null ? "" : `/r/${encodeURIComponent(code)}`}/${page}?lang=${language()}`;

  useLayoutEffect(() => {
    if (Array.isArray(shown)) text.current?.replaceChildren(...shown);
  }, [shown]);

  async function show(event: MouseEvent, statement: Statement): Promise<void> {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    chosen.value = statement;
    content.value = null;
    dialog.current?.showModal();
    try {
      content.value = await getStatement(address(statement));
    } catch (error) {
      content.value = error instanceof Problem ? error : new Problem("unexpected");
    }
  }

  return (
    <footer class="footer">
      <ul>
        {(invited ? [...STATEMENTS, PROMISE] : STATEMENTS).map((statement) => (
          <li key={statement.page}>
            <a href={address(statement)} onClick={(event) => show(event, statement)}>
              {t(statement.name)}
            </a>
          </li>
        ))}
        <li>
          <Erase onErase={onErase} />
        </li>
      </ul>
      <Sheet dialog={dialog} id="statement-title" title={t(chosen.value.name)}>
        {shown instanceof Problem && <Trouble key={shown} problem={shown} />}
        <div class="statement" ref={text} aria-busy={shown === null} />
      </Sheet>
    </footer>
  );
}
