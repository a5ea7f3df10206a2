import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import test from "node:test";

import { foldersOf, lineage, rowsOf, treeOf } from "./tree";

const entries = (...names: string[]) => names.map((name) => ({ name, size: 1, modified: "2026-11-24T08:00:00Z" }));
const drawn = (names: string[], open: string[]) =>
  rowsOf(treeOf(entries(...names)), (path) => open.includes(path)).map(({ title, level }) => " ".repeat(level - 1) + title);

test("folders come first, and both are in the order a person counts in", () => {
  assert.deepEqual(drawn(["Note 10.md", "note 9.md", "Élan.md", "z/a.md", "B/a.md"], []), ["B", "z", "Élan", "note 9", "Note 10"]);
});

test("a closed folder hides all that is in it, an open one only what its own closed folders hide", () => {
  const names = ["Top.md", "2026/May/One.md", "2026/Two.md"];
  assert.deepEqual(drawn(names, []), ["2026", "Top"]);
  assert.deepEqual(drawn(names, ["2026"]), ["2026", " May", " Two", "Top"]);
  assert.deepEqual(drawn(names, ["2026/May"]), ["2026", "Top"]);
  assert.deepEqual(drawn(names, ["2026", "2026/May"]), ["2026", " May", "  One", " Two", "Top"]);
});

test("each row knows its place among its neighbours", () => {
  const rows = rowsOf(treeOf(entries("a/b.md", "c.md", "d.markdown")), () => true);
  assert.deepEqual(
    rows.map(({ title, position, siblings }) => `${title} ${position}/${siblings}`),
    ["a 1/3", "b 1/1", "c 2/3", "d 3/3"],
  );
});

test("every folder is found, also one that holds folders only", () => {
  assert.deepEqual(foldersOf(treeOf(entries("a/b/c/x.md", "d/x.md", "x.md"))), ["a", "a/b", "a/b/c", "d"]);
  assert.deepEqual(lineage("a/b/c"), ["a", "a/b", "a/b/c"]);
  assert.deepEqual(lineage(""), []);
});

test("5,000 documents become rows in a moment", () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `Year ${i % 7}/Part ${i % 90}/Letter ${i}.md`);
  const start = cpuUsage();
  assert.equal(rowsOf(treeOf(entries(...names)), () => true).length, 5_000 + 7 + 630);
  assert.equal(cpuUsage(start).user / 1_000 < 500, true);
});
