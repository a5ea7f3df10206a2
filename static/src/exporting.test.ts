import assert from "node:assert/strict";
import test from "node:test";

import { grouped, labelled } from "./exporting";

test("the same loss at several lines is told once, in the order it came", () => {
  const told = grouped([
    { line: 2, message: "Left out." },
    { line: null, message: "Too wide." },
    { line: 4, message: "Left out." },
    { line: 4, message: "Left out." },
    { line: 8, message: "Odd." },
  ]).map(({ message, lines }) => labelled(message, lines));
  assert.deepEqual(told, ["Lines 3, 5: Left out.", "Too wide.", "Line 9: Odd."]);
});
