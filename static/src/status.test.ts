import assert from "node:assert/strict";
import test from "node:test";

import { countWords, describeLength } from "./status";

test("words are what a reader reads: no front matter, no addresses", () => {
  assert.equal(countWords("---\ntitle: Three words here\n---\n\nDon’t count twice-told tales."), 4);
  assert.equal(countWords("See [my notes](https://example.org/a/b) **now**."), 4);
  assert.equal(countWords("我喜欢读书"), 5);
  assert.equal(countWords(""), 0);
});

test("the length names the selection, else the time to read", () => {
  assert.equal(describeLength(1, 0), "1 word");
  assert.equal(describeLength(1204, 0), "1,204 words · 5 min");
  assert.equal(describeLength(1204, 12), "12 of 1,204 words");
});
