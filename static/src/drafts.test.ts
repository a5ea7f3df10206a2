import assert from "node:assert/strict";
import test from "node:test";

import { continues, type Draft, Drafts, latest } from "./drafts";

const draft = (fields: Partial<Draft>): Draft => ({
  ...{ name: "a.md", client: "page", seq: 1, base: "e0", text: "", sent: null, at: "2026-11-24T14:03:00Z" },
  ...fields,
});
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A store and a journal that a test looks into, and a clock that it winds. */
class Room {
  now = 0;
  seq = 0;
  text = "old";
  disk = "old";
  full = false;
  away = false;
  puts: { at: number; text: string; seq: number }[] = [];
  removed: [string, string, number][] = [];
  journal: { at: number; text: string }[] = [];
  dropped: string[] = [];
  kept: boolean[] = [];
  private ids = 0;
  private timers = new Map<number, { due: number; run: () => void }>();

  drafts = new Drafts(
    {
      put: async ({ text, seq }) => {
        if (this.full) throw new Error("full");
        this.puts.push({ at: this.now, text, seq });
      },
      remove: async (name, client, seq) => void this.removed.push([name, client, seq]),
    },
    {
      keep: ({ text }) => (this.away || this.journal.push({ at: this.now, text }), !this.away),
      drop: (name) => void this.dropped.push(name),
    },
    {
      now: () => this.now,
      after: (ms, run) => (this.timers.set(++this.ids, { due: this.now + ms, run }), this.ids),
      cancel: (id) => void this.timers.delete(id),
    },
    () => ({ draft: draft({ text: this.text, seq: this.seq }), isClean: this.text === this.disk }),
    (worked) => this.kept.push(worked),
  );

  type(text: string): void {
    this.text = text;
    this.seq++;
    this.drafts.changed();
  }

  async wait(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.timers].filter(([, { due }]) => due <= end).sort((a, b) => a[1].due - b[1].due)[0];
      if (!next) break;
      this.now = next[1].due;
      this.timers.delete(next[0]);
      next[1].run();
      await later();
    }
    this.now = end;
  }
}

test("what is typed is kept 250 ms after the last key", async () => {
  const room = new Room();
  room.type("n");
  await room.wait(200);
  room.type("new");
  assert.equal(room.drafts.isBehind, true);
  await room.wait(249);
  assert.equal(room.puts.length, 0);
  await room.wait(1);
  assert.deepEqual(room.puts, [{ at: 450, text: "new", seq: 2 }]);
  assert.equal(room.drafts.isBehind, false);
});

test("typing without a pause is kept within a second, and within two by the server", async () => {
  const room = new Room();
  for (let i = 1; i <= 100; i++) {
    room.type("x".repeat(i));
    await room.wait(50);
  }
  const gaps = (times: { at: number }[]) => times.map(({ at }, i) => at - (times[i - 1]?.at ?? 0));
  assert(Math.max(...gaps(room.puts)) <= 1_050);
  assert(Math.max(...gaps(room.journal)) <= 2_050);
  assert(room.puts.length <= 6 && room.journal.length <= 3);
});

test("a page that goes away keeps it at once, in both places", async () => {
  const room = new Room();
  room.type("new");
  await room.drafts.flush();
  assert.deepEqual([room.puts.length, room.journal.length], [1, 1]);
  await room.wait(10_000);
  assert.deepEqual([room.puts.length, room.journal.length], [1, 1]);
});

test("an acknowledged save removes what it holds", () => {
  const room = new Room();
  room.drafts.saved("a.md", "page", 4);
  assert.deepEqual(room.removed, [["a.md", "page", 4]]);
});

test("when every change is taken back, nothing is kept of it", async () => {
  const room = new Room();
  room.type("new");
  await room.wait(2_000);
  room.type("old");
  await room.wait(2_000);
  assert.deepEqual(room.removed, [["a.md", "page", 2]]);
  assert.deepEqual(room.dropped, ["a.md"]);
  assert.equal(room.drafts.isBehind, false);
});

test("what the disk has by another way is not kept either", async () => {
  const room = new Room();
  room.type("new");
  await room.drafts.flush();
  room.disk = "new";
  room.drafts.settled();
  await later();
  assert.deepEqual(room.removed, [["a.md", "page", 1]]);
  assert.deepEqual(room.dropped, ["a.md"]);
  room.drafts.settled();
  assert.equal(room.removed.length, 1);
});

test("a browser that keeps nothing is told of, and so is its recovery", async () => {
  const room = new Room();
  room.full = true;
  room.type("new");
  await room.wait(300);
  assert.equal(room.drafts.isBehind, true);
  room.full = false;
  room.type("newer");
  await room.wait(300);
  assert.deepEqual(room.kept, [false, true]);
  assert.equal(room.drafts.isBehind, false);
});

test("of each page the latest text counts, wherever it was kept", () => {
  const [old, last, other] = [
    draft({ seq: 3, text: "old" }),
    draft({ seq: 4, text: "last", at: "2026-11-24T14:04:00Z" }),
    draft({ client: "another", text: "other" }),
  ];
  assert.deepEqual(latest([last, old, other]), [other, last]);
});

test("a draft continues the revision it was made of, or its own text that reached the disk unheard of", () => {
  assert.equal(continues(draft({ base: "e0" }), "e0", "any"), true);
  assert.equal(continues(draft({ base: "e0", sent: "half" }), "e1", "half"), true);
  assert.equal(continues(draft({ base: "e0", sent: "half" }), "e1", "theirs"), false);
  assert.equal(continues(draft({ base: "e0" }), "e1", "any"), false);
});
