import assert from "node:assert/strict";
import test from "node:test";

import { Text } from "@codemirror/state";

import { type ChangedLines, changedLines } from "./changed-lines";
import { type Random, repeat } from "./random";

const textOf = (words: string) => Text.of(words.split("\n"));

/** What a reader of whole lines makes of it. */
function put(old: Text, { line, lines, text }: ChangedLines): string {
  const all = old.toString().split("\n");
  all.splice(line, lines, ...text.split("\n"));
  return all.join("\n");
}

function edited(old: Text, random: Random): Text {
  const from = random.below(old.length + 1);
  const to = Math.min(old.length, from + random.pick([0, 0, 1, 5, 400]));
  return old.replace(from, to, textOf(random.text(random.pick([0, 1, 1, 2, 30]))));
}

test("the lines put in their place make the new text", () => {
  repeat(300, (random) => {
    const old = textOf(random.text(random.below(800)));
    let now = old;
    for (let edits = random.below(4); edits >= 0; edits--) {
      now = edited(now, random);
      const change = changedLines(old, now);
      assert.equal(put(old, change), now.toString());
      assert.equal(change.lines > 0, true);
    }
  });
});

test("a key in a long text is one line", () => {
  const old = textOf("A line of a long letter.\n".repeat(20_000));
  const at = old.line(12_345).to;
  assert.deepEqual(changedLines(old, old.replace(at, at, textOf("x"))), {
    line: 12_344,
    lines: 1,
    text: "A line of a long letter.x",
  });
});

test("a text that shares no part of its tree is compared by its lines", () => {
  const [old, now] = ["one\ntwo\nthree", "one\n2\nthree"].map(textOf);
  assert.deepEqual(changedLines(old!, now!), { line: 1, lines: 1, text: "2" });
});
