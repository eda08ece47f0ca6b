import { classes } from "../lib/classes.ts";
import "./Lights.css";

export function Lights({ number, total }: { number: number; total: number }) {
  return (
    <div class="lights" aria-hidden="true">
      {Array.from({ length: total }, (_, index) => (
        <span key={index} class={classes(index < number - 1 && "lit", index === number - 1 && "now")} />
      ))}
    </div>
  );
}
