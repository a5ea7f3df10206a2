import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import test from "node:test";

import { applyChanges, diffStreaming, diffWords } from "./diff";
import { repeat, rewritten } from "./random";

test("applying the changes gives the answer, whatever the texts", () => {
  repeat(400, (random) => {
    const source = random.text(random.below(120));
    const answer = random.below(3) ? rewritten(source, random.below(100), random) : random.text(random.below(120));
    assert.equal(applyChanges(source, diffWords(source, answer)), answer);
  });
});

test("long texts go by paragraph and still give the answer", () => {
  repeat(12, (random) => {
    const source = random.text(2_500);
    const answer = rewritten(source, random.below(60), random);
    assert.equal(applyChanges(source, diffWords(source, answer)), answer);
  });
});

test("changes are in order and never touch", () => {
  repeat(200, (random) => {
    const source = random.text(80);
    const changes = diffWords(source, rewritten(source, 40, random));
    for (let i = 1; i < changes.length; i++) assert(changes[i - 1]!.to < changes[i]!.from);
  });
});

test("equal texts have no changes", () => {
  assert.deepEqual(diffWords("Same words.", "Same words."), []);
  assert.deepEqual(diffStreaming("Same words.", "Same"), []);
});

test("a misspelt word is one change and takes nothing else along", () => {
  assert.deepEqual(diffWords("I saw teh dog and teh cat.", "I saw the dog and the cat."), [
    { from: 6, to: 9, insert: "the" },
    { from: 18, to: 21, insert: "the" },
  ]);
});

test("neighbouring words changed together are one change", () => {
  assert.deepEqual(diffWords("A quick brown fox ran.", "A slow red fox ran."), [
    { from: 2, to: 13, insert: "slow red" },
  ]);
});

test("a link's address and an emoji of several parts change as a whole", () => {
  assert.deepEqual(diffWords("See https://a.org/one now", "See https://a.org/two now"), [
    { from: 4, to: 21, insert: "https://a.org/two" },
  ]);
  assert.deepEqual(diffWords("Hi 👩‍👩‍👧!", "Hi 👩‍👩‍👦!"), [{ from: 3, to: 11, insert: "👩‍👩‍👦" }]);
});

test("while an answer arrives, what it has not reached is pending, not deleted", () => {
  const source = "The quick brown fox jumps over the lazy dog.";
  assert.deepEqual(diffStreaming(source, "The fast"), [{ from: 4, to: 4, insert: "fast" }]);
  assert.deepEqual(diffStreaming(source, "The fast brown fox"), [{ from: 4, to: 9, insert: "fast" }]);
});

test("half a word that the source goes on with is not shown as new", () => {
  assert.deepEqual(diffStreaming("The quick brown fox", "The quick bro"), []);
});

test("a streamed piece never deletes beyond the words it has matched", () => {
  repeat(60, (random) => {
    const source = random.text(60);
    const answer = rewritten(source, 30, random);
    for (let length = 0; length <= answer.length; length += 1 + random.below(20)) {
      const piece = answer.slice(0, length);
      const changes = diffStreaming(source, piece);
      const shown = applyChanges(source, changes);
      assert(shown.startsWith(piece), "what has arrived is shown");
      assert(source.endsWith(shown.slice(piece.length)), "the rest is the source's own tail");
    }
  });
});

test("a long rewrite is compared within a frame's patience", () => {
  repeat(1, (random) => {
    const source = random.text(1_000);
    const answer = rewritten(source, 30, random);
    const start = cpuUsage();
    diffStreaming(source, answer);
    assert(cpuUsage(start).user / 1_000 < 250, "a comparison of some 5,000 characters took over 250 ms");
  });
});
