import assert from "node:assert/strict";
import test from "node:test";

import { applyChanges, diffWords } from "./diff";
import type { Revision } from "./protocol";
import { repeat, rewritten } from "./random";
import { byDay, bySitting, describeDay, describeMoment, describeWords, every, piecesOf, shortened } from "./timeline";

const NOW = new Date(2026, 10, 24, 15, 0);
const at = (...when: [number, number, number, number, number]) => new Date(...when).toISOString();
const revision = (rev: number, saved: string, more: Partial<Revision> = {}): Revision => ({
  rev, saved, etag: `"${rev}"`, label: null, kind: "save", words: 10 * rev, added: 10, removed: 0, ...more,
});

test("a day is called what a person calls it", () => {
  const called = (...when: [number, number, number]) => describeDay(new Date(...when, 23, 59), NOW);
  assert.deepEqual(
    [called(2026, 10, 24), called(2026, 10, 23), called(2026, 10, 18), called(2026, 10, 17), called(2025, 10, 24)],
    ["Today", "Yesterday", "Wednesday", "17 November", "24 November 2025"],
  );
  assert.equal(describeMoment(at(2026, 10, 24, 14, 3), NOW), "today 14:03");
  assert.equal(describeDay(new Date(2026, 10, 25, 1, 0), NOW), "25 November");
});

test("days come in the order of the revisions, each once", () => {
  const days = byDay(every([revision(3, at(2026, 10, 24, 9, 0)), revision(2, at(2026, 10, 24, 8, 0)), revision(1, at(2026, 10, 23, 8, 0))]), NOW);
  assert.deepEqual(days.map(({ title, entries }) => [title, entries.length]), [["Today", 2], ["Yesterday", 1]]);
});

test("saves of one sitting are told as one, and compared with what stood before it", () => {
  const sitting = bySitting([
    revision(5, at(2026, 10, 24, 14, 12)),
    revision(4, at(2026, 10, 24, 14, 2)),
    revision(3, at(2026, 10, 24, 13, 54)),
    revision(2, at(2026, 10, 24, 9, 0)),
    revision(1, at(2026, 10, 23, 9, 0)),
  ]);
  assert.deepEqual(sitting.map(({ revision: { rev }, saves, before }) => [rev, saves, before?.rev]), [[5, 3, 2], [2, 1, 1], [1, 1, undefined]]);
  assert.deepEqual(sitting.map(describeWords), ["30 words more", "10 added", "10 words"]);
});

test("what has a name or was not an ordinary save stands by itself", () => {
  const minute = (n: number) => at(2026, 10, 24, 14, n);
  const sitting = bySitting([
    revision(5, minute(5)),
    revision(4, minute(4), { label: "Sent" }),
    revision(3, minute(3)),
    revision(2, minute(2), { kind: "restore" }),
    revision(1, minute(1), { kind: "external" }),
  ]);
  assert.deepEqual(sitting.map(({ revision: { rev } }) => rev), [5, 4, 2, 1]);
});

test("a clock that was set back joins nothing", () => {
  assert.equal(bySitting([revision(2, at(2026, 10, 24, 9, 0)), revision(1, at(2026, 10, 24, 11, 0))]).length, 2);
});

test("a comparison holds both texts whole, whatever they are", () => {
  repeat(100, (chance) => {
    const source = chance.text(chance.below(60));
    const answer = rewritten(source, 30, chance);
    const changes = diffWords(source, answer);
    for (const pieces of [piecesOf(source, changes), shortened(piecesOf(source, changes), 1)]) {
      const without = (kind: string) => pieces.filter((piece) => piece.kind !== kind).map(({ text }) => text).join("");
      assert.equal(without("added"), source);
      assert.equal(without("removed"), answer);
      assert.equal(applyChanges(source, changes), answer);
    }
  });
});

test("of a long stretch that both have, only the lines beside the changes are seen at once", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join("");
  const folded = shortened([
    { kind: "added", text: "new\n" },
    { kind: "same", text: lines },
    { kind: "removed", text: "old" },
  ]);
  assert.deepEqual(folded.map(({ kind, lines: hidden }) => [kind, hidden]), [["added", 0], ["same", 0], ["same", 25], ["same", 0], ["removed", 0]]);
  assert.equal(folded[1]!.text, "line 0\nline 1\nline 2\n");
});
