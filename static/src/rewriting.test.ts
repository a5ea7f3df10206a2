import assert from "node:assert/strict";
import test from "node:test";

import { EditorState, type TransactionSpec } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";

import { accepting, allChanges, proposals, proposalsOf } from "./proposal";
import type { Action, FromPage } from "./protocol";
import { createRewriting } from "./rewriting";

const FIX: Action = { name: "make-fluent", label: "Make it fluent", scope: "replace" };
const ONE = "I has one.";
const TWO = "She have two.";
const LINES = `${ONE}\n\n${TWO}\n\nThey was three.`;

/** An editor and a server without a browser: what is sent is kept, and answered as a test says. */
class Table {
  state = EditorState.create({ doc: LINES, extensions: proposals });
  sent: FromPage[] = [];
  told: string[] = [];
  isAway = false;

  rewriting = createRewriting(
    this,
    (message) => !this.isAway && this.sent.push(message) > 0,
    (sentence) => this.told.push(sentence),
  );

  dispatch(spec: TransactionSpec): void {
    const transaction = this.state.update(spec);
    this.state = transaction.state;
    this.rewriting.updated({ docChanged: transaction.docChanged, state: this.state } as ViewUpdate);
  }

  /** Ask about the line that holds `words`. */
  ask(words: string): void {
    this.caret(words);
    this.rewriting.start(FIX);
  }

  caret(words: string): void {
    this.dispatch({ selection: { anchor: LINES.indexOf(words) } });
  }

  answer(id: string, text: string): void {
    const units = [{ source: "", text, reason: "", flags: [] }];
    this.rewriting.receive({ type: "proposed", id, text, units, warnings: [] });
  }

  get asked(): string[] {
    return this.sent.map((message) => `${message.type} ${"id" in message ? message.id : ""}`);
  }

  get phases(): string[] {
    return proposalsOf(this.state).map(({ id, phase }) => `${id} ${phase}`);
  }
}

test("a second passage is asked about when the first has its answer, and both stand", () => {
  const table = new Table();
  table.ask(ONE);
  table.ask(TWO);
  assert.deepEqual(table.asked, ["rewrite r1"]);
  assert.deepEqual(table.phases, ["r1 writing", "r2 waiting"]);
  table.answer("r1", "I have one.");
  assert.deepEqual(table.asked, ["rewrite r1", "rewrite r2"]);
  assert.deepEqual(table.phases, ["r1 done", "r2 writing"]);
  table.answer("r2", "She has two.");
  table.dispatch(accepting(allChanges(table.state)));
  assert.equal(table.state.doc.toString(), "I have one.\n\nShe has two.\n\nThey was three.");
  assert.deepEqual(table.told, []);
});

test("Escape gives up the one at the caret: one that waits costs the other nothing", () => {
  const table = new Table();
  table.ask(ONE);
  table.ask(TWO);
  assert(table.rewriting.cancel());
  assert.deepEqual([table.asked, table.phases], [["rewrite r1"], ["r1 writing"]]);
  table.ask(TWO);
  table.caret(ONE);
  assert(table.rewriting.cancel());
  assert.deepEqual(table.asked, ["rewrite r1", "cancel r1", "rewrite r3"]);
  assert.deepEqual(table.phases, ["r3 writing"]);
  table.answer("r3", "She has two.");
  assert(!table.rewriting.cancel(), "what is done is not stopped");
});

test("the same passage asked about again gives up the request before, and says so", () => {
  const table = new Table();
  table.ask(ONE);
  table.ask(ONE);
  assert.deepEqual(table.asked, ["rewrite r1", "cancel r1", "rewrite r2"]);
  assert.deepEqual(table.phases, ["r2 writing"]);
  assert.deepEqual(table.told, ["The open suggestion was closed."]);
});

test("typing in a passage that waits drops that one alone", () => {
  const table = new Table();
  table.ask(ONE);
  table.ask(TWO);
  table.dispatch({ changes: { from: LINES.indexOf("have"), insert: "x" } });
  assert.deepEqual([table.asked, table.phases], [["rewrite r1"], ["r1 writing"]]);
  table.answer("r1", "I have one.");
  assert.deepEqual(table.asked, ["rewrite r1"]);
  assert(table.told[0]!.includes("text it was working on changed"));
});

test("a rewrite that fails makes way for the next", () => {
  const table = new Table();
  table.ask(ONE);
  table.ask(TWO);
  table.rewriting.receive({ type: "failed", id: "r1", code: "engine", message: "The model stopped." });
  assert.deepEqual(table.phases, ["r2 writing"]);
  assert.deepEqual(table.told, ["The model stopped."]);
});

test("a lost connection ends what has no answer and leaves what has one", () => {
  const table = new Table();
  table.ask(ONE);
  table.answer("r1", "I have one.");
  table.ask(TWO);
  table.ask("They was");
  table.isAway = true;
  table.rewriting.connectionLost();
  assert.deepEqual(table.phases, ["r1 done"]);
  assert.equal(table.told.length, 1);
  table.ask(TWO);
  assert.deepEqual(table.phases, ["r1 done"], "nothing opens that cannot be asked");
});
