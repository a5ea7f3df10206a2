import assert from "node:assert/strict";
import test from "node:test";

import { about, secondsLeft, type Speed } from "./estimate";

const SPEED: Speed = { reads: 300, writes: 30 };
/** 300 tokens: a second to read, ten to write. */
const SOURCE = "a".repeat(1_000);

test("before anything is written the speed of the model tells how long it takes", () => {
  assert.equal(secondsLeft(SOURCE, "", 0, SPEED), 11);
  assert.equal(secondsLeft(SOURCE, "", 4, SPEED), 7);
});

test("once enough is written its own pace tells", () => {
  assert.equal(secondsLeft(SOURCE, "a".repeat(500), 3, SPEED), 3);
  assert.equal(secondsLeft(SOURCE, "a".repeat(1_400), 3, SPEED), 0);
});

test("a text in another script takes its bytes", () => {
  assert.equal(secondsLeft("日".repeat(1_000), "", 0, SPEED), 33);
});

test("little is told as nothing, and much without false precision", () => {
  const told = [-3, 0, 2, 2.1, 4, 9.2, 11, 61, 89, 100, 400].map(about);
  const said = ["", "", "", "about 3 s", "about 4 s", "about 10 s", "about 15 s", "about 65 s", "about 90 s", "about 2 min", "about 7 min"];
  assert.deepEqual(told, said);
  assert.equal(about(Number.NaN), "");
});
