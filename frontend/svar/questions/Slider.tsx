import { classes } from "../lib/classes.ts";
import type { Draft } from "../lib/draft.ts";
import { t } from "../lib/i18n.ts";
import { STEP, WHOLE, stepped } from "../lib/marks.ts";
import { useFollow } from "../lib/pointer.ts";

type Props = {
  draft: Draft;
  label: string;
  /** 0 to 100; null where nothing is answered. */
  value: number | null;
  /** Where the keys begin while nothing is answered. */
  start: number;
  /** The value in words. */
  words: string;
  look?: string;
  onChange: (value: number) => void;
};

/**
 * A slider that can be tapped anywhere, shows when it is not answered, and is the browser's own to
 * keys and screen readers: an ARIA slider cannot be moved by VoiceOver and TalkBack on all phones.
 */
export function Slider({ draft, label, value, start, words, look, onChange }: Props) {
  const { handlers, busy } = useFollow(draft, ({ clientX, currentTarget }) => {
    const rail = (currentTarget as Element).firstElementChild;
    if (rail === null) return;
    const { left, width } = rail.getBoundingClientRect();
    onChange(stepped((clientX - left) / width));
  });

  return (
    <div class={classes("slider", look)} {...handlers}>
      <span class="rail">
        <span class="filled" style={{ width: `${value ?? 0}%` }} />
        {value !== null && <span class="light" style={{ left: `${value}%` }} />}
      </span>
      <input
        type="range"
        min={0}
        max={WHOLE}
        step={STEP}
        value={value ?? start}
        aria-label={label}
        aria-valuetext={value === null ? t("mark.empty") : words}
        onInput={({ currentTarget }) => {
          // Some browsers move it under the finger too.
          if (busy()) currentTarget.value = String(value ?? start);
          else onChange(Number(currentTarget.value));
        }}
      />
      <span class="ring" />
    </div>
  );
}
