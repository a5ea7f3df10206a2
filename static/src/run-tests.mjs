// Bundles the *.test.ts beside this file and runs them. Node's own runner leaves out what lies in node_modules.

import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const bundles = fileURLToPath(new URL("../node_modules/.tests/", import.meta.url));
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));

rmSync(bundles, { recursive: true, force: true });
await build({
  entryPoints: tests.map((name) => here + name),
  outdir: bundles,
  bundle: true,
  format: "esm",
  packages: "external",
  platform: "node",
});
for (const name of tests) await import(new URL(`../node_modules/.tests/${name.replace(/ts$/, "js")}`, import.meta.url));
