import assert from "node:assert/strict";
import test from "node:test";

import { passAway } from "./notices";

test("what passes away stays while the writer is at it", () => {
  let [now, isHeld, isThere] = [0, false, true];
  const due: { at: number; run: () => void }[] = [];
  const clock = { now: () => now, after: (ms: number, run: () => void) => due.push({ at: now + ms, run }), cancel: () => undefined };
  const wait = (ms: number) => {
    for (now += ms; due[0] && due[0].at <= now; ) due.shift()!.run();
  };
  passAway(clock, 100, () => isHeld, () => (isThere = false));
  wait(99);
  assert(isThere);
  isHeld = true;
  wait(60);
  assert(isThere);
  isHeld = false;
  wait(99);
  assert(isThere);
  wait(1);
  assert(!isThere);
});
