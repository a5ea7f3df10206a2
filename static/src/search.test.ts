import assert from "node:assert/strict";
import test from "node:test";

import { clipped, matchesIn, namesLike } from "./search";

const NAMES = ["2026/Issue 12.md", "Über das Tomatenzählen.md", "Tomatoes.md", "Notes on tomatoes.md", "tomatoes/Kale.md"];

test("a name is found by any part of it, whatever its case and accents", () => {
  assert.deepEqual(namesLike(NAMES, "uber"), ["Über das Tomatenzählen.md"]);
  assert.deepEqual(namesLike(NAMES, "ZÄHLEN"), ["Über das Tomatenzählen.md"]);
  assert.deepEqual(namesLike(NAMES, "zahlen"), ["Über das Tomatenzählen.md"]);
  assert.deepEqual(namesLike(NAMES, "2026 12"), ["2026/Issue 12.md"]);
});

test("the title that begins with the words comes first, then a word of it, then its folder", () => {
  assert.deepEqual(namesLike(NAMES, "tomatoes"), ["Tomatoes.md", "Notes on tomatoes.md", "tomatoes/Kale.md"]);
});

test("nothing sought is nothing found", () => {
  assert.deepEqual(namesLike(NAMES, "  "), []);
  assert.deepEqual(matchesIn("Tomatoes", " "), []);
});

test("a match is marked where it stands in the text as it is written", () => {
  const text = "👉 Über Ärger";
  assert.deepEqual(matchesIn(text, "arger uber").map(({ from, to }) => text.slice(from, to)), ["Über", "Ärger"]);
  assert.deepEqual(matchesIn("cafe\u0301s", "cafes"), [{ from: 0, to: 6 }]);
});

test("of a long line only the words right before the match are told", () => {
  assert.equal(clipped("  short "), "short ");
  assert.equal(clipped("one two three four five six seven eight nine "), "…four five six seven eight nine ".replace("four ", ""));
  assert.equal(clipped(`${"x".repeat(60)}`), `…${"x".repeat(28)}`);
});
