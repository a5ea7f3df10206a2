// Puts the table of keys, as the registry of commands has it, into the README.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const readme = fileURLToPath(new URL("../../README.md", import.meta.url));
const bundle = fileURLToPath(new URL("../node_modules/.tests/keys.mjs", import.meta.url));
const script = `
  import { COMMANDS } from "./commands/registry";
  import { keysTable } from "./commands/keys-table";
  export const table = keysTable(COMMANDS);
`;

await build({
  stdin: { contents: script, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
  outfile: bundle,
  bundle: true,
  format: "esm",
  packages: "external",
  platform: "node",
});
const { table } = await import(bundle);
const text = readFileSync(readme, "utf8");
writeFileSync(readme, text.replace(/^\| \| Keys \|\n(?:\|.*\n)*/m, () => `${table}\n`));
