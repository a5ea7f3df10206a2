import assert from "node:assert/strict";
import test from "node:test";

import { Text } from "@codemirror/state";

import { GRID, passage } from "./passage";
import { repeat } from "./random";

/** Where the text before `position` begins when it is sent. */
function start(doc: Text, position: number): number {
  return position - passage(doc, { from: position, to: position }).before.length;
}

test("a passage is the selection and what stands around it", () => {
  const doc = Text.of(["One two three."]);
  assert.deepEqual(passage(doc, { from: 4, to: 7 }), { selection: "two", before: "One ", after: " three." });
});

test("typing 200 characters moves the beginning of the text before at most once", () => {
  repeat(60, (random) => {
    let text = random.text(random.below(3_000)).slice(0, 16_000);
    const starts: number[] = [];
    for (const character of random.text(400).slice(0, 200)) {
      text += character;
      starts.push(start(Text.of(text.split("\n")), text.length));
    }
    assert(starts.filter((each, index) => index > 0 && each !== starts[index - 1]).length <= 1);
  });
});

test("enough is sent, and not the whole of a long document", () => {
  repeat(60, (random) => {
    const doc = Text.of(random.text(random.below(6_000)).split("\n"));
    const at = random.below(doc.length + 1);
    const { before, after } = passage(doc, { from: at, to: at });
    assert(before.length >= Math.min(at, 3_999) && before.length < 4_000 + GRID);
    assert(after.length >= Math.min(doc.length - at, 999) && after.length <= 1_000);
    assert(doc.toString().startsWith(before + after, at - before.length));
    assert(!/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(before + after));
  });
});

test("a passage never begins or ends inside a character", () => {
  const doc = Text.of(["a👉b👉c"]);
  assert.equal(passage(doc, { from: 0, to: 7 }, 2).selection, "a");
  assert.equal(passage(doc, { from: 0, to: 7 }, 3).selection, "a👉");
  const long = Text.of([`${"👉".repeat(512 * 6)}`.slice(1)]);
  assert.equal(passage(long, { from: long.length, to: long.length }).before.slice(0, 2), "👉");
});
