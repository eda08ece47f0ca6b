import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../lib/i18n.ts";
import { arrive, open } from "../lib/place.ts";
import { useTitle } from "../lib/title.ts";
import { CodeField } from "../parts/CodeField.tsx";
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
          <CodeField
            id="code"
            label="code.label"
            hint="code.hint"
            wrong={missing.value ? "code.missing" : null}
            typed={typed}
            input={input}
          />
          <button class="button wide" type="submit">
            {t("code.submit")}
          </button>
        </form>
      </div>
    </>
  );
}
