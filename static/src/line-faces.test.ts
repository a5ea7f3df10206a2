import assert from "node:assert/strict";
import test from "node:test";

import { hangOf } from "./line-faces";

test("what is wrapped of an item or a quotation begins where its words begin", () => {
  const hangs = Object.entries({ "- milk": 1.75, "10. milk": 3.75, "  * [x] milk": 7, "> > said": 3.5, "> 1) said": 4.5, "   goes on": 2.25, "goes on - and on": 0, [`${"> ".repeat(30)}deep`]: 16 });
  for (const [line, wide] of hangs) assert.equal(hangOf(line), wide, line);
});
