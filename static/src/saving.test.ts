import assert from "node:assert/strict";
import test from "node:test";

import { Text } from "@codemirror/state";

import type { Result } from "./api";
import type { SavedDocument } from "./protocol";
import { repeat } from "./random";
import { Saving } from "./saving";

const text = (words: string) => Text.of(words.split("\n"));
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A disk that answers when told to, a clock that a test winds, and what the writer saw. */
class Room {
  now = 0;
  timers = new Map<number, { due: number; run: () => void }>();
  writes: { name: string; text: string; etag: string | null; urgent: boolean; answer: (r: Result<SavedDocument>) => void }[] = [];
  seen: string[] = [];
  etags = 0;
  private ids = 0;

  saving = new Saving<Text>(
    (name, content, etag, urgent) =>
      new Promise((answer) => this.writes.push({ name, text: content, etag, urgent, answer })),
    {
      now: () => this.now,
      after: (ms, run) => (this.timers.set(++this.ids, { due: this.now + ms, run }), this.ids),
      cancel: (id) => void this.timers.delete(id),
    },
    (state) => this.seen.push(state.kind),
  );

  constructor() {
    this.saving.open("a.md", "e0", text("old"));
    this.seen = [];
  }

  wait(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.timers].filter(([, { due }]) => due <= end).sort((a, b) => a[1].due - b[1].due)[0];
      if (!next) break;
      this.now = next[1].due;
      this.timers.delete(next[0]);
      next[1].run();
    }
    this.now = end;
  }

  type(words: string): void {
    this.saving.changed(text(words));
  }

  async succeed(): Promise<void> {
    const write = this.writes.at(-1)!;
    write.answer({ ok: true, value: { name: write.name, etag: `e${++this.etags}` } });
    await later();
  }

  async fail(status: number): Promise<void> {
    this.writes.at(-1)!.answer({ ok: false, failure: { status, code: "failed", message: "No." } });
    await later();
  }
}

test("a pause in typing saves, with the revision that was opened", async () => {
  const room = new Room();
  room.type("new");
  room.wait(799);
  assert.equal(room.writes.length, 0);
  room.wait(1);
  assert.deepEqual([room.writes[0]!.text, room.writes[0]!.etag], ["new", "e0"]);
  await room.succeed();
  assert.deepEqual(room.seen, ["dirty", "saving", "saved"]);
  assert.equal(room.saving.etag, "e1");
});

test("typing without a pause is saved every five seconds", () => {
  const room = new Room();
  for (let i = 0; i < 60; i++) {
    room.type(`new ${i}`);
    room.wait(100);
  }
  assert.equal(room.writes.length, 1);
});

test("one write at a time: what was typed meanwhile goes into the next, on the revision before it", async () => {
  const room = new Room();
  room.type("one");
  room.wait(800);
  room.type("two");
  room.wait(10_000);
  assert.equal(room.writes.length, 1);
  await room.succeed();
  assert.equal(room.saving.state.kind, "dirty");
  room.wait(800);
  assert.deepEqual([room.writes[1]!.text, room.writes[1]!.etag], ["two", "e1"]);
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
});

test("taking every change back needs no write", () => {
  const room = new Room();
  room.type("new");
  room.type("old");
  room.wait(10_000);
  assert.equal(room.writes.length, 0);
  assert.deepEqual(room.seen, ["dirty", "saved"]);
});

test("a server that is away is asked again, ever more rarely, until it has the text", async () => {
  const room = new Room();
  room.type("new");
  room.wait(800);
  await room.fail(0);
  assert.equal(room.saving.state.kind, "failed");
  for (const pause of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
    const before = room.writes.length;
    room.wait(pause - 1);
    assert.equal(room.writes.length, before);
    room.wait(1);
    assert.equal(room.writes.length, before + 1);
    await room.fail(0);
  }
  room.saving.retry();
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
});

test("a conflict stops saving until the writer has decided", async () => {
  const room = new Room();
  room.type("mine");
  room.wait(800);
  await room.fail(412);
  assert.deepEqual(room.saving.state, { kind: "failed", message: "No.", cause: "changed" });
  room.type("mine, longer");
  room.saving.retry();
  room.saving.hurry();
  room.wait(60_000);
  assert.equal(await room.saving.flush(), false);
  assert.equal(room.writes.length, 1);
  room.saving.open("a (my copy).md", "c1", text("mine, longer"));
  room.type("more");
  room.wait(800);
  assert.equal(room.writes[1]!.name, "a (my copy).md");
});

test("a conflict that the writer decides for the page's text replaces the revision the writer was told of", async () => {
  const room = new Room();
  room.type("mine");
  room.wait(800);
  await room.fail(412);
  room.saving.decide("theirs");
  assert.equal(room.writes.at(-1)!.etag, "theirs");
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
});

test("a file that is gone is tried again, and made anew when the writer says so", async () => {
  const room = new Room();
  room.type("new");
  room.wait(800);
  await room.fail(404);
  assert.deepEqual(room.saving.state, { kind: "failed", message: "No.", cause: "gone" });
  room.wait(1_000);
  assert.equal(room.writes.at(-1)!.etag, "e0");
  room.saving.decide(null);
  await room.fail(404);
  assert.equal(room.writes.at(-1)!.etag, null);
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
  room.type("newer");
  room.wait(800);
  assert.equal(room.writes.at(-1)!.etag, "e1");
});

test("what is typed once the document is given up is nobody's to write", async () => {
  const room = new Room();
  room.saving.abandon();
  room.type("late");
  assert.equal(await room.saving.flush(), true);
  assert.equal(room.writes.length, 0);
});

test("flush waits for the write under way and for the one after it", async () => {
  const room = new Room();
  room.type("one");
  room.wait(800);
  room.type("two");
  let done: boolean | null = null;
  void room.saving.flush().then((clean) => (done = clean));
  await room.succeed();
  assert.equal(done, null);
  assert.equal(room.writes.length, 2);
  await room.succeed();
  assert.equal(done, true);
});

test("flush says when the disk refused", async () => {
  const room = new Room();
  room.type("one");
  const flushed = room.saving.flush();
  await room.fail(500);
  assert.equal(await flushed, false);
});

test("a page that goes away saves at once, with a request that outlives it", () => {
  const room = new Room();
  room.saving.hurry();
  assert.equal(room.writes.length, 0);
  room.type("new");
  room.saving.hurry();
  assert.deepEqual([room.writes[0]!.text, room.writes[0]!.urgent], ["new", true]);
});

test("a new document is created by its first words, not before", async () => {
  const room = new Room();
  room.saving.open("Untitled.md", null, text(""));
  assert.equal(await room.saving.flush(), true);
  assert.equal(room.writes.length, 0);
  room.type("Dear");
  room.wait(800);
  assert.equal(room.writes[0]!.etag, null);
});

test("an answer for a document that is no longer open changes nothing", async () => {
  const room = new Room();
  room.type("new");
  room.wait(800);
  room.saving.open("b.md", "b0", text("other"));
  await room.succeed();
  assert.equal(room.saving.etag, "b0");
  assert.equal(room.saving.isClean, true);
});

test("however typing and answers interleave, the disk ends with the last text", async () => {
  const rooms: Room[] = [];
  repeat(40, (random) => {
    const room = new Room();
    rooms.push(room);
    for (let i = 0; i < 12; i++) {
      room.type(`text ${random.below(5)}`);
      room.wait(random.below(1_200));
    }
    room.type("last");
  });
  for (const room of rooms) {
    room.wait(6_000);
    for (let i = 0; i < 30 && room.saving.state.kind !== "saved"; i++) {
      await (i % 3 === 1 ? room.fail(0) : room.succeed());
      room.wait(20_000);
    }
    assert.equal(room.writes.at(-1)!.text, "last");
    assert.equal(room.saving.state.kind, "saved");
  }
});
