import { render } from "preact";
import "../../tokens.css";
import "../../svar/page.css";
import { Desk } from "../lib/desk.ts";
import { Live } from "../lib/live.ts";
import { codeOf } from "../lib/state.ts";
import { preferred, speak } from "../lib/words.ts";
import { Screen } from "./Screen.tsx";
import "./screen.css";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html lacks #app");

const code = codeOf(location.pathname) ?? "";
const live = new Live(`/api/workshops/${encodeURIComponent(code)}`);
const desk = new Desk(code, live);

void live.read().then(async () => {
  await speak(live.state?.language ?? preferred(), ["telefon", "leder"]);
  await desk.enter();
  if (live.problem?.status !== 404) live.follow();
  target.replaceChildren();
  render(<Screen live={live} desk={desk} />, target);
});
