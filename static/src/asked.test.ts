import assert from "node:assert/strict";
import test from "node:test";

import { type Asked, matching, readAsked, withAsked, withFavourite, without } from "./asked";

const words = (list: readonly Asked[]) => list.map(({ instruction }) => instruction);

test("what was asked last comes first, and once", () => {
  let list: readonly Asked[] = [];
  for (const each of ["Shorten", "As a pirate", "Shorten"]) list = withAsked(list, each);
  assert.deepEqual(words(list), ["Shorten", "As a pirate"]);
});

test("a favourite stands above the others and is never forgotten", () => {
  let list = withFavourite(withAsked([], "As a pirate"), "As a pirate", true);
  for (let number = 0; number < 50; number++) list = withAsked(list, `Ask ${number}`);
  assert.equal(words(matching(list, ""))[0], "As a pirate");
  assert.equal(list.length, 31);
  assert.deepEqual(words(matching(list, "PIRATE as")), ["As a pirate"]);
});

test("what is deleted is gone", () => {
  assert.deepEqual(without(withAsked([], "Shorten"), "Shorten"), []);
});

test("a memory that is no list of ours is none", () => {
  for (const kept of [null, "", "{", "7", '["x", null, {"instruction": ""}, {"instruction": "a"}]']) {
    assert.deepEqual(readAsked(kept), []);
  }
});
