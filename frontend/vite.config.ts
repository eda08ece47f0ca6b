import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../server/static",
    emptyOutDir: true,
    target: ["es2020", "chrome87", "safari14", "firefox78"],
    // A data: font or an inline script would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { svar: "svar/index.html", innsikt: "innsikt/innsikt.css", sw: "worker/sw.ts" },
      output: {
        // A service worker keeps its address, or no browser would find the next one.
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        assetFileNames: (asset) =>
          asset.names.includes("innsikt.css") ? "innsikt.css" : "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { proxy: { "/api": "http://localhost:8000" } },
});
