import { useSignal } from "@preact/signals";
import { Street } from "../../svar/parts/Street.tsx";
import { t } from "../lib/words.ts";

/** For who came here without a code in the address. */
export function EnterCode() {
  const missing = useSignal(false);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("code") as HTMLInputElement;
    const code = (field.value.trim().split("/").pop() ?? "").replace(/[\s-]/g, "").toUpperCase();
    missing.value = code === "";
    if (missing.value) field.focus();
    else location.assign(`/s/${encodeURIComponent(code)}`);
  }

  return (
    <>
      <Street lit={0.4} />
      <form class="card stack" novalidate autocomplete="off" onSubmit={submit}>
        <h1>{t("code.title")}</h1>
        <div class="field">
          <label for="code">{t("code.label")}</label>
          {missing.value && (
            <p id="code-wrong" class="wrong" role="alert">
              {t("code.missing")}
            </p>
          )}
          <input
            id="code"
            name="code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            enterkeyhint="go"
            aria-invalid={missing.value}
            aria-describedby={missing.value ? "code-wrong" : undefined}
          />
        </div>
        <button class="button wide" type="submit">
          {t("code.submit")}
        </button>
      </form>
    </>
  );
}
