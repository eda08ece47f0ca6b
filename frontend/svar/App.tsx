import { useRef } from "preact/hooks";
import { shared } from "./lib/device.ts";
import { defaultHelplines } from "./lib/helplines.ts";
import { CATALOGUES, forgetLanguage, isOffered } from "./lib/i18n.ts";
import { left, open, place, step } from "./lib/place.ts";
import type { Visit } from "./lib/visit.ts";
import { Footer } from "./parts/Footer.tsx";
import { Header } from "./parts/Header.tsx";
import { Help } from "./parts/Help.tsx";
import { StillHere } from "./parts/StillHere.tsx";
import { Answering } from "./screens/Answering.tsx";
import { EnterCode } from "./screens/EnterCode.tsx";
import { NoRound } from "./screens/NoRound.tsx";
import { Withdraw } from "./screens/Withdraw.tsx";

export function App({ visit }: { visit: Visit }) {
  const help = useRef<HTMLDialogElement>(null);
  if (left()) return null;

  const here = place();
  const { round, draft, problem, receipt } = visit;
  const helplines = round?.helplines ?? defaultHelplines();
  const languages = round?.languages.filter(isOffered) ?? CATALOGUES;
  const showHelp = () => help.current?.showModal();

  /** Whether there is anything for the next person not to see. */
  function somebody(): boolean {
    if (here.name === "withdraw") return true;
    if (draft === null) return false;
    return step() > 0 || draft.sent || draft.token !== null || draft.asked.some((one) => draft.has(one));
  }

  /** Makes a device that is handed round ready for the next person. */
  function next(): void {
    visit.forget();
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    void forgetLanguage(languages);
    open(`/r/${here.name === "code" ? "" : here.code}`);
  }

  function screen() {
    if (here.name === "code") return <EnterCode />;
    if (here.name === "withdraw")
      return <Withdraw key={here.code} code={here.code} receipt={receipt} />;
    if (draft !== null && round !== null && (round.preview || round.status === "open"))
      return <Answering round={round} draft={draft} helplines={helplines} onHelp={showHelp} />;
    return <NoRound round={round} problem={problem} onRetry={() => visit.retry()} />;
  }

  return (
    <>
      <Header
        languages={languages}
        care={draft?.care === "shown"}
        preview={round?.preview === true}
        onHelp={showHelp}
      />
      <main key={visit.person}>{screen()}</main>
      {shared && somebody() && <StillHere onNext={next} />}
      <Footer
        code={round?.code ?? null}
        invited={(round?.invited ?? null) !== null}
        onErase={() => visit.forget()}
      />
      <Help dialog={help} helplines={helplines} />
    </>
  );
}
