import { render } from "preact";
import "../../tokens.css";
import "../../svar/page.css";
import { Desk } from "../lib/desk.ts";
import { Live } from "../lib/live.ts";
import { codeOf } from "../lib/state.ts";
import { preferred, speak } from "../lib/words.ts";
import { Leading } from "./Leading.tsx";
import "./leader.css";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html lacks #app");

const code = codeOf(location.pathname) ?? "";
const live = new Live(`/stab/api/workshops/${encodeURIComponent(code)}`);
const desk = new Desk(code, live);

void Promise.all([live.read(), desk.enter()]).then(async () => {
  await speak(live.state?.language ?? preferred(), ["telefon", "leder"]);
  if (live.state !== null) live.follow();
  target.replaceChildren();
  render(<Leading live={live} desk={desk} code={code} />, target);
});
