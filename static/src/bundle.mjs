// Bundles the page into ../dist; with --watch at every change. build.py runs it.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build, context } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const isWatching = process.argv.includes("--watch");
const icons = ["icon.svg", "icon-192.png", "icon-512.png", "icon-cut.png", "icon-home.png", "manifest.webmanifest"];

/**
 * The Markdown language brings parsers of HTML, CSS and JavaScript along, for raw HTML and for completing its tags
 * alone: a fifth of the first load. Blocks of code in those languages load them when there are some.
 */
const withoutRawHtml = {
  name: "without-raw-html",
  setup({ onResolve }) {
    onResolve({ filter: /^@codemirror\/(?:lang-html|autocomplete)$/ }, ({ importer }) =>
      importer.includes("lang-markdown") ? { path: `${root}src/raw-html.ts` } : undefined,
    );
  },
};

const shared = { absWorkingDir: root, bundle: true, target: "es2022", minify: true, outdir: "dist", logLevel: "warning" };
const early = {
  ...shared,
  entryPoints: ["src/early.ts", "src/pattern-worker.ts", ...icons.map((name) => `src/icons/${name}`)],
  format: "iife",
  loader: { ".svg": "copy", ".png": "copy", ".webmanifest": "copy" },
};
const page = {
  ...shared,
  entryPoints: ["src/app.ts"],
  format: "esm",
  splitting: true,
  legalComments: "none",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  loader: { ".woff2": "file" },
  metafile: true,
  sourcemap: isWatching,
  plugins: [withoutRawHtml],
};

/** What the page imports before it runs. A browser that is told fetches all of it at once, and not one after the other. */
const told = {
  name: "told",
  setup({ onEnd }) {
    onEnd(({ metafile }) => {
      if (!metafile) return;
      const found = new Set(["dist/app.js"]);
      for (const path of found) {
        for (const { path: next, kind } of metafile.outputs[path].imports) if (kind === "import-statement") found.add(next);
      }
      writeFileSync(`${root}dist/modules.json`, JSON.stringify([...found].map((path) => path.replace("dist/", ""))));
      writeFileSync(`${root}node_modules/.meta.json`, JSON.stringify(metafile));
    });
  },
};
page.plugins.push(told);

await build(early);
if (isWatching) await (await context(page)).watch();
else await build(page);
