import assert from "node:assert/strict";
import test from "node:test";

import { inWords, sizeLabel, speedLabel } from "./sizes";

test("a size has the unit that a person would choose", () => {
  assert.deepEqual([3.24e6, 98_362_432, 999e6, 2_497_281_120].map(sizeLabel), ["3.2 MB", "98 MB", "999 MB", "2.5 GB"]);
});

test("a speed says whether it was measured, and nothing where it is not known", () => {
  assert.equal(speedLabel({ writes_per_s: 40, measured: true }), "writes 30 words a second");
  assert.equal(speedLabel({ writes_per_s: 4, measured: false }), "about 3.0 words a second (estimated)");
  assert.equal(speedLabel({ writes_per_s: null, measured: false }), "");
});

test("the time left is told as roughly as it is known", () => {
  assert.deepEqual([0.2, 40, 300, 9000].map(inWords), ["1 s", "40 s", "5 min", "2.5 h"]);
});
