import { after } from "node:test";
import { createServer } from "vite";

const vite = await createServer({
  configFile: false,
  root: new URL("..", import.meta.url).pathname,
  server: { middlewareMode: true, ws: false },
  optimizeDeps: { noDiscovery: true },
  appType: "custom",
});
after(() => vite.close());

/** A module of svar/lib, or of another folder, with its types compiled away. */
export const load = (name, folder = "svar/lib") => vite.ssrLoadModule(`/${folder}/${name}.ts`);
