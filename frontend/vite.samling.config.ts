import { defineConfig } from "vite";
import shared from "./vite.config.ts";

const input = {
  telefon: "samling/telefon/index.html",
  leder: "samling/leder/index.html",
  skjerm: "samling/skjerm/index.html",
};

// Built apart from the answering page, and after it: code that the two shared would be chunks of
// its own, and a phone that answers would fetch more of them, and more in all.
export default defineConfig({
  ...shared,
  build: { ...shared.build, emptyOutDir: false, copyPublicDir: false, rolldownOptions: { input } },
});
