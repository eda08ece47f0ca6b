import type { ComponentChildren } from "preact";
import { classes } from "../lib/classes.ts";

type Props = {
  type?: "radio" | "checkbox";
  name: string;
  value: number | string;
  chosen: boolean;
  /** More class names: "step", or "apart" for what stands apart from the others. */
  look?: string | undefined;
  /** It cannot be chosen now; it says so and stays where it is. */
  blocked?: boolean;
  onChoose: () => void;
  children: ComponentChildren;
};

/** One thing to choose. Browsers write the state of controls to disk, except where autocomplete is off. */
export function Option(props: Props) {
  const { type = "radio", name, value, chosen, look, blocked = false, onChoose, children } = props;
  return (
    <label class={classes("choice", look, chosen && "chosen", blocked && "blocked")}>
      <input
        type={type}
        name={name}
        value={value}
        checked={chosen}
        autocomplete="off"
        aria-disabled={blocked || undefined}
        onChange={({ currentTarget }) => {
          if (blocked) currentTarget.checked = chosen;
          else onChoose();
        }}
      />
      <span class="ring" />
      {children}
    </label>
  );
}
