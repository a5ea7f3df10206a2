import assert from "node:assert/strict";
import test from "node:test";

import { history, redo, undo } from "@codemirror/commands";
import { EditorState, type StateCommand, type TransactionSpec } from "@codemirror/state";
import { type Decoration, EditorView } from "@codemirror/view";

import { accepted, acceptedField, unmark } from "./accepted";
import { accepting } from "./proposal";

class Desk {
  state = EditorState.create({ doc: "I has a dog. She have a the cat.", extensions: [history(), accepted] });
  readonly said: string[] = [];

  do(spec: TransactionSpec): this {
    const transaction = this.state.update(spec);
    for (const effect of transaction.effects) if (effect.is(EditorView.announce)) this.said.push(effect.value);
    this.state = transaction.state;
    return this;
  }

  run(command: StateCommand): this {
    command({ state: this.state, dispatch: (transaction) => (this.state = transaction.state) });
    return this;
  }

  accept(...pairs: readonly (readonly [string, string])[]): this {
    const changes = pairs.map(([old, insert]) => {
      const from = this.state.doc.toString().indexOf(old);
      return { from, to: from + old.length, insert };
    });
    return this.do(accepting(changes));
  }

  type(after: string, insert: string): this {
    const from = this.state.doc.toString().indexOf(after) + after.length;
    return this.do({ changes: { from, insert }, userEvent: "input.type" });
  }

  get marked(): string[] {
    const words: string[] = [];
    this.state.field(acceptedField).between(0, this.state.doc.length, (from, to) => void words.push(this.state.sliceDoc(from, to)));
    return words;
  }

  get marks(): Decoration[] {
    const marks: Decoration[] = [];
    this.state.field(acceptedField).between(0, this.state.doc.length, (_from, _to, mark) => void marks.push(mark));
    return marks;
  }
}

test("the words of an accepted change are marked, and how many there were is said", () => {
  const desk = new Desk().accept(["has", "have"], ["have", "has"], ["the ", ""]);
  assert.deepEqual(desk.marked, ["have", "has"]);
  assert.deepEqual(desk.said, ["3 changes accepted."]);
  assert.deepEqual(new Desk().accept(["has", "have"]).said, ["1 change accepted."]);
});

test("a word that is written in loses its mark, and words beside it keep theirs", () => {
  const desk = new Desk().accept(["has", "have"], ["She have", "She has"]);
  assert.deepEqual(desk.type("I have", "n't").marked, ["have", "She has"]);
  assert.deepEqual(desk.type("She", " once").marked, ["have"]);
});

test("each acceptance goes when its own time is over", () => {
  const desk = new Desk().accept(["has", "have"]);
  const [first] = desk.marks;
  desk.accept(["She have", "She has"]);
  assert.deepEqual(desk.marked, ["have", "She has"]);
  assert.deepEqual(desk.do({ effects: unmark.of(first!) }).marked, ["She has"]);
});

test("the writer's own words are not marked, and neither are those that undo or redo bring", () => {
  assert.deepEqual(new Desk().type("dog", "gy").marked, []);
  const desk = new Desk().accept(["has", "have"]).run(undo);
  assert.deepEqual([desk.state.doc.toString().slice(0, 5), desk.marked], ["I has", []]);
  assert.deepEqual([desk.run(redo).state.doc.toString().slice(0, 6), desk.marked], ["I have", []]);
});
