import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { shared } from "../lib/device.ts";
import { t } from "../lib/i18n.ts";
import "./Keep.css";

type Props = {
  kept: boolean;
  label: string;
  hint: string;
  /** Returns false where the device does not do it. */
  onChange: (keep: boolean) => Promise<boolean>;
};

/** A choice to keep something on this device. A device that a school hands round has none. */
export function Keep({ kept, label, hint, onChange }: Props) {
  const id = useId();
  const failed = useSignal(false);
  if (shared) return null;

  return (
    <div class="keep">
      <label>
        <input
          type="checkbox"
          checked={kept}
          aria-describedby={id}
          onChange={async ({ currentTarget }) => {
            const done = await onChange(currentTarget.checked);
            failed.value = !done;
            if (!done) currentTarget.checked = kept;
          }}
        />
        {label}
      </label>
      <p id={id} class="quiet">
        {hint}
      </p>
      <p role="status">{failed.value ? t("keep.failed") : ""}</p>
    </div>
  );
}
