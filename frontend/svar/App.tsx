import { useRef } from "preact/hooks";
import { defaultHelplines } from "./lib/helplines.ts";
import { CATALOGUES } from "./lib/i18n.ts";
import { isLanguage } from "./lib/languages.ts";
import { left, place } from "./lib/place.ts";
import type { Visit } from "./lib/visit.ts";
import { Footer } from "./parts/Footer.tsx";
import { Header } from "./parts/Header.tsx";
import { Help } from "./parts/Help.tsx";
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
  const showHelp = () => help.current?.showModal();

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
        languages={round?.languages.filter(isLanguage) ?? CATALOGUES}
        care={draft?.care === "shown"}
        preview={round?.preview === true}
        onHelp={showHelp}
      />
      <main key={visit.person}>{screen()}</main>
      <Footer
        code={round?.code ?? null}
        invited={(round?.invited ?? null) !== null}
        onErase={() => visit.forget()}
      />
      <Help dialog={help} helplines={helplines} />
    </>
  );
}
