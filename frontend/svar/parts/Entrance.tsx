import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Problem, type Signer } from "../lib/api.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import type { Invitation } from "../lib/invitation.ts";
import { fragment, takeFragment } from "../lib/place.ts";
import { CodeField } from "./CodeField.tsx";
import { Trouble } from "./Trouble.tsx";

type Props = { code: string; signer: Signer; draft: Draft; onIn: () => void };

const MARK = "i=";
// Only invited rounds need it, so only they fetch it.
const chunk = () => import("../lib/invitation.ts");

/** The way into an invited round: an invitation from the address, or typed from the slip. */
export function Entrance({ code, signer, draft, onIn }: Props) {
  const typed = useSignal("");
  const scanned = useSignal(false);
  const wrong = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const key = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  const tried = useRef<{ plain: string; invitation: Invitation } | null>(null);
  const asks = !scanned.value || problem.value !== null;

  const handed = fragment();
  useEffect(() => {
    if (!handed.startsWith(MARK)) return;
    typed.value = takeFragment().slice(MARK.length);
    scanned.value = true;
  }, [handed]);

  useEffect(() => {
    void chunk()
      .then(({ fingerprint }) => fingerprint(signer.key))
      .then((found) => (key.value = found))
      .catch(() => undefined);
  }, [signer.key]);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      const { Invitation, readInvitation } = await chunk();
      const plain = readInvitation(typed.value);
      wrong.value = plain === null;
      if (plain !== null) {
        if (tried.current?.plain !== plain)
          tried.current = { plain, invitation: new Invitation(code, signer, plain) };
        draft.token = await tried.current.invitation.redeem();
        onIn();
      } else {
        scanned.value = false;
        input.current?.focus();
      }
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem("signer_silent");
    }
    busy.value = false;
  }

  return (
    <form class="card stack" novalidate autocomplete="off" onSubmit={submit}>
      <p>{t("invitation.promise")}</p>
      {asks && (
        <CodeField
          id="invitation"
          label="invitation.label"
          hint="invitation.hint"
          wrong={wrong.value ? "invitation.format" : null}
          typed={typed}
          input={input}
        />
      )}
      {problem.value !== null && <Trouble key={problem.value} problem={problem.value} />}
      <button class="button wide" type="submit" data-testid="start" aria-disabled={busy.value}>
        {busy.value ? t("invitation.busy") : t("welcome.start")}
      </button>
      {key.value !== "" && (
        <p class="quiet">
          {t("invitation.key")} <span data-testid="key">{key.value}</span>
        </p>
      )}
    </form>
  );
}
