import assert from "node:assert/strict";
import test from "node:test";

import { lineChanges } from "./repair";

test("a repair touches the garbled passages and nothing else", () => {
  const text = "One ðŸ‘‰ two\nsame\nthree ðŸ‘‰";
  const repaired = "One 👉 two\nsame\nthree 👉";
  assert.deepEqual(lineChanges(text, repaired), [
    { from: 4, to: 8, insert: "👉" },
    { from: 24, to: 28, insert: "👉" },
  ]);
});
