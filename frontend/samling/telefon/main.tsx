import { render } from "preact";
import "../../tokens.css";
import "../../svar/page.css";
import "../../svar/questions/choices.css";
import { codeOf } from "../lib/state.ts";
import { preferred, speak } from "../lib/words.ts";
import { App } from "./App.tsx";
import { Phone } from "./phone.ts";
import "./phone.css";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html lacks #app");

const code = codeOf(location.pathname);
const phone = code === null ? null : new Phone(code);

void Promise.all([speak(preferred(), ["telefon"]), phone?.start()]).then(() => {
  target.replaceChildren();
  render(<App phone={phone} />, target);
});
