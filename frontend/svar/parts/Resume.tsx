import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Draft, Written } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { forgetDraft, savedDraft } from "../lib/saved.ts";

type Props = { code: string; draft: Draft; onResume: () => void };

/** Offers what somebody chose to keep here earlier. Not what it says: others may hold the phone. */
export function Resume({ code, draft, onResume }: Props) {
  const found = useSignal<Written | null>(null);

  useEffect(() => {
    void savedDraft<Written>(code).then((written) => (found.value = written));
  }, [code]);

  if (found.value === null || draft.kept) return null;
  const written = found.value;

  function resume(): void {
    draft.resume(written);
    onResume();
  }

  function forget(): void {
    found.value = null;
    void forgetDraft(code);
  }

  return (
    <section class="card stack" aria-labelledby="resume" data-testid="resume">
      <h2 id="resume">{t("resume.title")}</h2>
      <button class="button second wide" type="button" data-testid="continue" onClick={resume}>
        {t("resume.continue")}
      </button>
      <button class="button third wide" type="button" data-testid="forget-draft" onClick={forget}>
        {t("resume.forget")}
      </button>
    </section>
  );
}
