import assert from "node:assert/strict";
import test from "node:test";

import { EditorState, type TransactionSpec } from "@codemirror/state";

import type { FromPage } from "./protocol";
import { Warming } from "./warming";

/** A text that is selected and typed in, a clock that the test winds, and what the server was told. */
class Desk {
  now = 0;
  free = true;
  told: FromPage[] = [];
  private timers = new Map<number, { due: number; run: () => void }>();
  private ids = 0;
  private state: EditorState;

  private warming = new Warming(
    {
      now: () => this.now,
      after: (ms, run) => (this.timers.set(++this.ids, { due: this.now + ms, run }), this.ids),
      cancel: (id) => void this.timers.delete(id),
    },
    (message) => this.told.push(message) > 0,
    () => this.free,
  );

  constructor(doc: string) {
    this.state = EditorState.create({ doc });
  }

  select(anchor: number, head = anchor): this {
    return this.do({ selection: { anchor, head } });
  }

  type(text: string): this {
    return this.do({ ...this.state.replaceSelection(text), userEvent: "input.type" });
  }

  choose(): this {
    this.warming.choosing(this.state);
    return this;
  }

  wait(ms: number): this {
    this.now += ms;
    for (const [id, { due, run }] of [...this.timers]) {
      if (due > this.now) continue;
      this.timers.delete(id);
      run();
    }
    return this;
  }

  do(spec: TransactionSpec): this {
    const transaction = this.state.update(spec);
    const { docChanged, selection } = transaction;
    this.state = transaction.state;
    this.warming.updated({ state: this.state, docChanged, selectionSet: selection !== undefined, transactions: [transaction] });
    return this;
  }
}

const TEXT = "One two three.";

test("a selection that rests is told without the white space at its ends", () => {
  const desk = new Desk(TEXT).select(3, 8);
  assert.deepEqual(desk.wait(149).told, []);
  assert.deepEqual(desk.wait(1).told, [{ type: "warm", selection: "two", before: "One ", after: " three." }]);
});

test("while a selection is being made nothing is told", () => {
  const desk = new Desk(TEXT);
  for (let head = 1; head < TEXT.length; head++) desk.select(0, head).wait(100);
  assert.deepEqual(desk.told, []);
});

test("when the writer stops typing, the text before the caret is told", () => {
  const desk = new Desk("").type("One").wait(399).type(" two");
  assert.deepEqual(desk.wait(399).told, []);
  assert.deepEqual(desk.wait(1).told, [{ type: "warm", selection: "", before: "One two", after: "" }]);
});

test("a caret that only moves tells nothing, and takes back what a pause would have told", () => {
  assert.deepEqual(new Desk(TEXT).select(3).wait(5_000).told, []);
  assert.deepEqual(new Desk(TEXT).type("x").wait(100).select(3).wait(5_000).told, []);
});

test("another document in the place of the text tells nothing", () => {
  assert.deepEqual(new Desk(TEXT).do({ changes: { from: 0, to: TEXT.length, insert: "Other" } }).wait(5_000).told, []);
});

test("the paragraph at the caret is told when an action is about to be chosen, at once and instead of the caret", () => {
  const desk = new Desk("One\n\nTwo two").select(12).type("!");
  const told = [{ type: "warm", selection: "Two two!", before: "One\n\n", after: "" }];
  assert.deepEqual(desk.choose().told, told);
  assert.deepEqual(desk.wait(5_000).told, told);
});

test("about to be chosen for a selection, or for no paragraph, nothing is told twice or at all", () => {
  assert.equal(new Desk(TEXT).select(0, 3).wait(200).choose().wait(5_000).told.length, 1);
  assert.deepEqual(new Desk("\n\nOne").select(0).choose().wait(5_000).told, []);
});

test("while the model is at work, or cannot be asked, nothing is told", () => {
  const desk = new Desk(TEXT);
  desk.free = false;
  assert.deepEqual(desk.select(0, 3).wait(5_000).select(1).choose().told, []);
});

test("of a long selection only the beginning travels", () => {
  const [message] = new Desk("word ".repeat(20_000)).select(0, 100_000).wait(200).told;
  assert(message?.type === "warm" && message.selection.length <= 4_000);
});

test("white space is no selection", () => {
  assert.deepEqual(new Desk("a   b").select(1, 4).wait(5_000).told, []);
});
