import type { ComponentChildren } from "preact";
import { classes } from "../lib/classes.ts";

type Props = {
  type?: "radio" | "checkbox";
  name: string;
  value: number | string;
  chosen: boolean;
  /** More class names: "step", or "apart" for what stands apart from the others. */
  look?: string | undefined;
  onChoose: () => void;
  children: ComponentChildren;
};

export function Option({ type = "radio", name, value, chosen, look, onChoose, children }: Props) {
  return (
    <label class={classes("choice", look, chosen && "chosen")}>
      <input type={type} name={name} value={value} checked={chosen} onChange={onChoose} />
      <span class="ring" />
      {children}
    </label>
  );
}
