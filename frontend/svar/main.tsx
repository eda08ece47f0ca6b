import { effect, untracked } from "@preact/signals";
import { render } from "preact";
import "../tokens.css";
import "./page.css";
import "./questions/choices.css";
import { App } from "./App.tsx";
import { CATALOGUES, offerLanguages } from "./lib/i18n.ts";
import { place, startOver } from "./lib/place.ts";
import { queue } from "./lib/queue.ts";
import { forgetOldDraft } from "./lib/saved.ts";
import { Visit } from "./lib/visit.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html lacks #app");

void offerLanguages(CATALOGUES).then(() => {
  const visit = new Visit();
  // Effects run at once, before the screens are drawn: none of them shows what is to be forgotten.
  effect(() => {
    const here = place();
    untracked(() => void visit.follow(here));
  });
  effect(() => {
    if (visit.draft !== null) untracked(startOver);
  });
  target.replaceChildren();
  render(<App visit={visit} />, target);
  queue.start();
  void forgetOldDraft();
});
