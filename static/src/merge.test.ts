import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import test from "node:test";

import { compare, merge, type Passage, type Pick, settle } from "./merge";
import { type Random, random, repeat, rewritten } from "./random";

const POEM = "# Tide\n\nThe sea comes in.\n\nThe sea goes out.\n\n- a shell\n- a stone\n";

const opened = (passages: readonly Passage[]) => passages.filter(({ kind }) => kind === "open");
const changed = (from: string, to: string, text = POEM) => text.replace(from, to);

test("changes in different places are both taken", () => {
  const mine = changed("comes in", "rolls in");
  const theirs = changed("goes out", "creeps out");
  assert.equal(settle(merge(POEM, mine, theirs)), changed("goes out", "creeps out", mine));
});

test("two words of one line are both taken when others stand between them", () => {
  const merged = merge("The sea comes slowly in.", "The lake comes slowly in.", "The sea comes quickly in.");
  assert.equal(settle(merged), "The lake comes quickly in.");
});

test("the same change on both sides is taken once", () => {
  const both = changed("a shell", "a red shell");
  assert.equal(settle(merge(POEM, both, both)), both);
});

test("a side that changed nothing leaves the other's text", () => {
  const theirs = changed("The sea goes out.\n\n", "");
  assert.equal(settle(merge(POEM, POEM, theirs)), theirs);
  assert.equal(settle(merge(POEM, theirs, POEM)), theirs);
});

test("one word written differently leaves its whole line open, and nothing else", () => {
  const passages = merge(POEM, changed("comes in", "rolls in"), changed("comes in", "storms in"));
  assert.deepEqual(passages, [
    { kind: "settled", text: "# Tide\n\n" },
    { kind: "open", mine: "The sea rolls in.", theirs: "The sea storms in." },
    { kind: "settled", text: "\n\nThe sea goes out.\n\n- a shell\n- a stone\n" },
  ]);
  assert.equal(settle(passages), null);
  assert.equal(settle(passages, ["theirs"]), changed("comes in", "storms in"));
});

test("a paragraph that one side took out and the other wrote on is open", () => {
  const [, passage] = merge(POEM, changed("The sea comes in.\n\n", ""), changed("comes in.", "comes in, at last."));
  assert.equal(passage!.kind, "open");
});

test("both writing at the end is open, and both texts become two paragraphs", () => {
  const passages = merge("One.", "One. Mine.", "One. Theirs.");
  assert.equal(settle(passages, ["both"]), "One. Mine.\n\nOne. Theirs.");
});

test("both lines of a list stay one list", () => {
  const passages = merge(POEM, changed("a shell", "a cup"), changed("a shell", "a bowl"));
  assert.equal(settle(passages, ["both"]), changed("- a shell", "- a cup\n- a bowl"));
});

test("without a common beginning every difference is open", () => {
  const theirs = changed("comes in", "storms in", changed("a stone", "a pearl"));
  const passages = compare(POEM, theirs);
  assert.equal(opened(passages).length, 2);
  assert.equal(settle(passages, ["mine", "mine"]), POEM);
  assert.equal(settle(passages, ["theirs", "theirs"]), theirs);
  assert.deepEqual(opened(compare(POEM, POEM)), []);
});

test("whatever two sides wrote, deciding for one everywhere gives its words back where they were open", () => {
  repeat(300, (chance) => {
    const base = chance.text(chance.below(60));
    const [mine, theirs] = [rewritten(base, 20, chance), rewritten(base, 20, chance)];
    const passages = compare(mine, theirs);
    const picks = (pick: Pick) => opened(passages).map(() => pick);
    assert.equal(settle(passages, picks("mine")), mine);
    assert.equal(settle(passages, picks("theirs")), theirs);
    assert.equal(settle(merge(base, mine, mine)), mine);
    assert.equal(settle(merge(base, base, theirs)), theirs);
    assert.equal(settle(merge(base, mine, base)), mine);
  });
});

/** A disk that refuses stale saves, and who writes on it. */
class Disk {
  etag = 0;
  text: string;
  constructor(text: string) {
    this.text = text;
  }
}

class Writer {
  private base: string;
  private text: string;
  private etag: number;
  /** Words that this one wrote and that nobody who saw them took out. */
  constructor(
    private readonly disk: Disk,
    private readonly name: string,
    private readonly standing: Set<string>,
    private readonly shown: Set<string>,
  ) {
    this.base = this.text = disk.text;
    this.etag = disk.etag;
  }

  write(chance: Random, n: number): void {
    const word = `${this.name}${n}`;
    const words = this.text.split(" ");
    words.splice(chance.below(words.length + 1), 0, chance.below(5) === 0 ? `\n\n${word}\n\n` : word);
    this.text = words.join(" ");
    this.standing.add(word);
  }

  takeOut(chance: Random): void {
    const words = this.text.split(" ");
    const [out] = words.splice(chance.below(words.length), 1);
    this.text = words.join(" ");
    for (const word of out!.match(/\w+/g) ?? []) this.standing.delete(word);
  }

  save(chance: Random): void {
    if (this.etag !== this.disk.etag) {
      const passages = merge(this.base, this.text, this.disk.text);
      const picks = opened(passages).map(() => chance.pick<Pick>(["mine", "theirs", "both"]));
      for (const passage of opened(passages)) {
        if (passage.kind === "open") for (const word of `${passage.mine} ${passage.theirs}`.match(/\w+/g) ?? []) this.shown.add(word);
      }
      this.text = settle(passages, picks)!;
    }
    if (this.text !== this.disk.text) this.disk.etag++;
    this.disk.text = this.base = this.text;
    this.etag = this.disk.etag;
  }
}

test("in 1,000 interleavings of two editors every word stands at the end, or was shown as a choice", () => {
  repeat(1_000, (chance) => {
    const disk = new Disk(random(chance.seed).text(chance.below(40)) || "One.");
    const standing = new Set<string>();
    const shown = new Set<string>();
    const writers = [new Writer(disk, "left", standing, shown), new Writer(disk, "right", standing, shown)];
    for (let n = 0; n < 30; n++) {
      const writer = chance.pick(writers);
      const step = chance.below(10);
      if (step < 5) writer.write(chance, n);
      else if (step < 7) writer.takeOut(chance);
      else writer.save(chance);
    }
    for (const writer of [...writers, writers[0]!]) writer.save(chance);
    const words = new Set(disk.text.match(/\w+/g));
    for (const word of standing) assert(words.has(word) || shown.has(word), `${word} is lost`);
  });
});

test("two versions of a long document are merged before the writer notices", () => {
  const chance = random(7);
  const base = Array.from({ length: 3_000 }, () => chance.text(12)).join("\n\n");
  const mine = `Mine. ${base}`;
  const theirs = `${base}\n\nTheirs.`;
  const began = cpuUsage();
  assert.equal(settle(merge(base, mine, theirs)), `Mine. ${base}\n\nTheirs.`);
  assert(cpuUsage(began).user / 1_000 < 500);
});
