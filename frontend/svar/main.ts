import { mount } from "svelte";
import App from "./App.svelte";
import "../tokens.css";
import "./page.css";
import "./questions/choices.css";
import { CATALOGUES, offerLanguages } from "./lib/i18n.svelte.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html lacks #app");

void offerLanguages(CATALOGUES).then(() => {
  target.replaceChildren();
  mount(App, { target });
});
