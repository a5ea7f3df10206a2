import assert from "node:assert/strict";
import test from "node:test";

import { Text } from "@codemirror/state";

import type { Result } from "./api";
import type { SavedDocument } from "./protocol";
import { repeat } from "./random";
import { Saving, type Write } from "./saving";

const text = (words: string) => Text.of(words.split("\n"));
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A disk that answers when told to, a clock that a test winds, and what the writer saw. */
class Room {
  now = 0;
  timers = new Map<number, { due: number; run: () => void }>();
  writes: (Write & { answer: (r: Result<SavedDocument>) => void })[] = [];
  seen: string[] = [];
  etags = 0;
  private ids = 0;

  saving = new Saving<Text>(
    (write) => new Promise((answer) => this.writes.push({ ...write, answer })),
    {
      now: () => this.now,
      after: (ms, run) => (this.timers.set(++this.ids, { due: this.now + ms, run }), this.ids),
      cancel: (id) => void this.timers.delete(id),
    },
    () => "this page",
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

test("a disk that refuses is asked again after 5 to 30 seconds, however much is typed meanwhile", async () => {
  const room = new Room();
  room.type("new");
  room.wait(800);
  await room.fail(507);
  for (const pause of [5_000, 10_000, 20_000, 30_000, 30_000]) {
    const before = room.writes.length;
    room.wait(1_000);
    room.type(`new ${pause}`);
    room.wait(pause - 1_001);
    assert.equal(room.writes.length, before);
    room.wait(1);
    assert.equal(room.writes.length, before + 1);
    await room.fail(507);
  }
  room.saving.retry();
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
});

test("a save without an answer is made again as it was, and then what was typed since", async () => {
  const room = new Room();
  room.type("one");
  room.wait(800);
  room.type("two");
  await room.fail(0);
  room.saving.retry();
  const [first, again] = room.writes;
  assert.deepEqual({ ...again, answer: null }, { ...first, answer: null });
  await room.succeed();
  room.wait(0);
  const { text: words, etag, client, seq } = room.writes[2]!;
  assert.deepEqual([words, etag, client, seq], ["two", "e1", "this page", first!.seq + 1]);
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
});

test("taking back what may have been saved without an answer is a change, too", async () => {
  const room = new Room();
  room.type("new");
  room.wait(800);
  await room.fail(0);
  room.type("old");
  assert.equal(room.saving.isClean, false);
  const done = room.saving.flush();
  await room.succeed();
  await room.succeed();
  assert.equal(await done, true);
  assert.deepEqual(room.writes.map((write) => write.text), ["new", "new", "old"]);
});

test("an old key to the server leaves open whether the save before it was made", async () => {
  const room = new Room();
  room.type("one");
  room.wait(800);
  await room.fail(0);
  room.type("two");
  room.saving.retry();
  await room.fail(401);
  room.saving.retry();
  assert.deepEqual(room.writes.map((write) => write.text), ["one", "one", "one"]);
});

test("what a page left behind is saved under that page's name", async () => {
  const room = new Room();
  room.type("left behind");
  room.saving.repeat("that page", 7);
  const { text: words, etag, client, seq } = room.writes[0]!;
  assert.deepEqual([words, etag, client, seq], ["left behind", "e0", "that page", 7]);
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
  room.type("more");
  room.wait(800);
  assert.equal(room.writes[1]!.client, "this page");
});

test("on another text of the disk, what is typed beyond it is saved on that", async () => {
  const room = new Room();
  room.saving.conflict("Changed.");
  room.type("theirs and mine");
  room.wait(10_000);
  assert.equal(room.writes.length, 0);
  room.saving.rebase("t1", text("theirs"));
  assert.equal(room.saving.base!.toString(), "theirs");
  room.wait(800);
  assert.deepEqual([room.writes[0]!.text, room.writes[0]!.etag], ["theirs and mine", "t1"]);
  await room.succeed();
  room.saving.rebase("t2", text("theirs and mine"));
  assert.equal(room.saving.state.kind, "saved");
});

test("a saved text whose file is found gone is not safe any more", async () => {
  const room = new Room();
  room.saving.gone("Gone.");
  assert.equal(room.saving.isClean, false);
  room.wait(5_000);
  assert.deepEqual([room.writes[0]!.text, room.writes[0]!.etag], ["old", "e0"]);
  await room.succeed();
  assert.equal(room.saving.isClean, true);
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
  room.wait(5_000);
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

test("a file that is no document any more is as good as gone, however often it is tried", async () => {
  const room = new Room();
  room.saving.gone("A folder.");
  room.wait(5_000);
  await room.fail(422);
  assert.deepEqual(room.saving.state, { kind: "failed", message: "No.", cause: "gone" });
  assert.equal(room.saving.isClean, false);
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

test("what was on its way under the old name is saved under the new one, without another key", async () => {
  const room = new Room();
  room.type("new");
  room.wait(800);
  room.saving.renamed("b.md", "e0");
  await room.fail(404);
  room.wait(800);
  assert.deepEqual(room.writes.slice(1).map(({ name, text, etag }) => [name, text, etag]), [["b.md", "new", "e0"]]);
  await room.succeed();
  assert.equal(room.saving.state.kind, "saved");
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
