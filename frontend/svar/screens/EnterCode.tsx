import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../lib/i18n.ts";
import { arrive, open } from "../lib/place.ts";
import { useTitle } from "../lib/title.ts";
import { Street } from "../parts/Street.tsx";
import { Waits } from "../parts/Waits.tsx";

export function EnterCode() {
  const typed = useSignal("");
  const missing = useSignal(false);
  const input = useRef<HTMLInputElement>(null);

  useTitle("Fortell");

  function submit(event: Event): void {
    event.preventDefault();
    const last = typed.value.trim().split("/").pop() ?? "";
    const code = last.replace(/[\s-]/g, "").toUpperCase();
    missing.value = code === "";
    if (missing.value) input.current?.focus();
    else open(`/r/${encodeURIComponent(code)}`);
  }

  return (
    <>
      <Street lit={0.4} />
      <div class="stack">
        <h1 tabindex={-1} ref={arrive}>
          {t("code.title")}
        </h1>
        <p>{t("code.intro")}</p>
        <Waits />
        <form class="card stack" novalidate autocomplete="off" onSubmit={submit}>
          <div class="field">
            <label for="code">{t("code.label")}</label>
            <p id="code-hint" class="quiet">
              {t("code.hint")}
            </p>
            {missing.value && (
              <p id="code-wrong" class="wrong" role="alert">
                {t("code.missing")}
              </p>
            )}
            <input
              id="code"
              ref={input}
              value={typed.value}
              onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              enterkeyhint="go"
              aria-invalid={missing.value}
              aria-describedby={missing.value ? "code-wrong code-hint" : "code-hint"}
            />
          </div>
          <button class="button wide" type="submit">
            {t("code.submit")}
          </button>
        </form>
      </div>
    </>
  );
}
