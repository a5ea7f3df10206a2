import assert from "node:assert/strict";
import test from "node:test";

import { history, isolateHistory, redo, undo } from "@codemirror/commands";
import { EditorState, Text, type TransactionSpec } from "@codemirror/state";

import { attribute, authorship, disown, located, piecesOf, type Stretch, stretchesOf, takingBack } from "./authorship";
import { repeat } from "./random";
import { moved } from "./sections";

/** Without a view: commands are run on a state that is replaced. */
class Desk {
  state: EditorState;

  constructor(doc: string) {
    this.state = EditorState.create({ doc, extensions: [history(), authorship] });
  }

  do(...specs: TransactionSpec[]): this {
    this.state = this.state.update({ annotations: isolateHistory.of("full") }, ...specs).state;
    return this;
  }

  run(command: typeof undo): this {
    command({ state: this.state, dispatch: (transaction) => (this.state = transaction.state) });
    return this;
  }

  /** The model's words, between brackets. */
  get marked(): string {
    const text = this.state.doc.toString();
    return stretchesOf(this.state).reduceRight((marked, { from, to }) => `${marked.slice(0, from)}[${marked.slice(from, to)}]${marked.slice(to)}`, text);
  }
}

const accept = (from: number, to: number, insert: string, receipt = "r"): TransactionSpec => ({
  changes: { from, to, insert },
  effects: attribute.of([{ receipt, offset: 0, from, to: from + insert.length }]),
});
const accepted = () => new Desk("It was realy good.").do(accept(7, 12, "really very"));

test("what is accepted is the model's, and what is typed beside it is not", () => {
  assert.equal(accepted().marked, "It was [really very] good.");
  assert.equal(accepted().do({ changes: { from: 18, insert: " much" } }).marked, "It was [really very] much good.");
  assert.equal(accepted().do({ changes: { from: 7, insert: "not " } }).marked, "It was not [really very] good.");
});

test("words of the writer in its midst part it, and undoing them makes it one again", () => {
  const desk = accepted().do({ changes: { from: 13, insert: ", truly," } });
  assert.equal(desk.marked, "It was [really], truly,[ very] good.");
  assert.equal(desk.run(undo).marked, "It was [really very] good.");
  assert.equal(stretchesOf(desk.state).length, 1);
});

test("what the writer replaces is the writer's, until it is undone", () => {
  const desk = accepted().do({ changes: { from: 7, to: 13, insert: "quite" } });
  assert.equal(desk.marked, "It was quite[ very] good.");
  assert.equal(desk.run(undo).marked, "It was [really very] good.");
  assert.equal(desk.run(redo).marked, "It was quite[ very] good.");
});

test("undoing the acceptance leaves nothing of the model's, and redoing it brings its mark back", () => {
  const desk = accepted().run(undo);
  assert.equal(desk.marked, "It was realy good.");
  assert.equal(desk.run(redo).marked, "It was [really very] good.");
});

test("a mark that was lost comes back where the words are by then", () => {
  const desk = accepted().do({ changes: { from: 7, to: 18 } });
  desk.state = desk.state.update({ changes: { from: 0, insert: "Yes. " }, annotations: isolateHistory.of("full") }).state;
  assert.equal(desk.run(undo).run(undo).marked, "It was [really very] good.");
});

test("what is disowned is the model's again when that is undone", () => {
  const desk = accepted().do({ changes: { from: 7, to: 18, insert: "realy" }, effects: disown.of("r") });
  assert.equal(desk.marked, "It was realy good.");
  assert.equal(desk.run(undo).marked, "It was [really very] good.");
});

test("on the wire a piece is told by its line, its text and which of the equal ones on that line it is", () => {
  const doc = Text.of(["the cat and the cat", "the end"]);
  const stretches = [{ receipt: "r", offset: 0, from: 16, to: 23 }];
  const pieces = piecesOf(doc, stretches);
  assert.deepEqual(pieces, [
    { receipt: "r", line: 0, text: "cat", nth: 1 },
    { receipt: "r", line: 1, text: "the", nth: 0 },
  ]);
  assert.deepEqual(
    located(doc, pieces, () => "cat\nthe").map(({ from, to, offset }) => [from, to, offset]),
    [
      [16, 19, 0],
      [20, 23, 4],
    ],
  );
});

test("what is told of a text that is another one by now is left out", () => {
  const pieces = [
    { receipt: "r", line: 0, text: "gone", nth: 0 },
    { receipt: "r", line: 9, text: "cat", nth: 0 },
    { receipt: "r", line: 0, text: "cat", nth: 1 },
    { receipt: "r", line: 0, text: "", nth: 0 },
  ];
  assert.deepEqual(located(Text.of(["a cat"]), pieces, () => "cat"), []);
});

test("whatever is edited and undone, the model's words are where they were, and all that is marked was the model's", () => {
  repeat(200, (chance) => {
    const desk = new Desk(chance.text(30));
    const at = chance.below(desk.state.doc.length + 1);
    desk.do(accept(at, at, "MODEL WORDS HERE"));
    const before = desk.marked;
    const steps = 1 + chance.below(6);
    for (let i = 0; i < steps; i++) {
      const from = chance.below(desk.state.doc.length + 1);
      const to = Math.min(desk.state.doc.length, from + chance.below(8));
      desk.do({ changes: { from, to, insert: from === to ? "xyz" : chance.pick(["", "xyz"]) } });
      for (const { from: a, to: b, offset } of stretchesOf(desk.state)) {
        assert.equal(desk.state.sliceDoc(a, b), "MODEL WORDS HERE".slice(offset, offset + b - a));
      }
      const { doc } = desk.state;
      const again = located(doc, piecesOf(doc, stretchesOf(desk.state)), () => "MODEL WORDS HERE");
      assert.deepEqual(letters(doc, again), letters(doc, stretchesOf(desk.state)));
    }
    for (let i = 0; i < steps; i++) desk.run(undo);
    assert.equal(desk.marked, before);
  });
});

/** The positions of the letters that are the model's. */
function letters(doc: Text, stretches: readonly Stretch[]): number[] {
  const all = stretches.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  return all.filter((position) => /\S/.test(doc.sliceString(position, position + 1)));
}

const receipt = (source: string, result: string) => ({ id: "r", action: "", model: "", instruction: "", source, result });
const stretch = (from: number, to: number, offset: number): Stretch => ({ receipt: "r", from, to, offset });
const back = (text: string, stretches: Stretch[], source: string, result: string) => {
  const doc = Text.of(text.split("\n"));
  const found = takingBack(doc, stretches, receipt(source, result));
  const state = EditorState.create({ doc });
  return found && [found.kind, state.update({ changes: found.changes }).state.doc.toString()];
};

test("taking back puts the source in the place of the result", () => {
  assert.deepEqual(back("It was really good.", [stretch(7, 13, 0)], "realy", "really"), ["whole", "It was realy good."]);
  assert.deepEqual(back("One.\nTwo.", [stretch(0, 4, 0), stretch(5, 9, 5)], "Both.", "One.\nTwo."), ["whole", "Both."]);
});

test("white space at its ends goes with it, though the wire did not tell of it", () => {
  assert.deepEqual(back("Go. And on. End", [stretch(4, 11, 1)], "", " And on."), ["whole", "Go. End"]);
});

test("with the writer's words in its midst it goes as a whole; what was only added goes by what stands of it", () => {
  assert.deepEqual(back("aa XX bb", [stretch(0, 2, 0), stretch(6, 8, 3)], "old", "aa bb"), ["edited", "old"]);
  assert.deepEqual(back("aa XX bb", [stretch(0, 3, 0), stretch(6, 8, 3)], "", "aa bb"), ["edited", "XX "]);
});

test("where the writer has changed an end of it, it cannot be taken back", () => {
  assert.equal(back("XX bb", [stretch(3, 5, 3)], "old", "aa bb"), null);
  assert.equal(back("none", [], "old", "aa"), null);
});

test("a section that is moved keeps what the model wrote in it, and so does the passage it passes", () => {
  const doc = "# One\n\nfirst words\n\n# Two\n\nsecond words\n";
  const headings = [
    { level: 1, title: "One", from: 0 },
    { level: 1, title: "Two", from: doc.indexOf("# Two") },
  ];
  for (const [index, target] of [[0, 2], [1, 0]] as const) {
    const desk = new Desk(doc).do(accept(7, 12, "first", "a")).do(accept(doc.indexOf("second"), doc.indexOf("second") + 6, "second", "b"));
    const before = desk.marked;
    desk.do(moved(desk.state, headings, index, target)!.spec);
    const after = "# Two\n\n[second] words\n\n# One\n\n[first] words\n";
    assert.equal(desk.marked, after);
    assert.equal(desk.run(undo).marked, before);
    assert.equal(desk.run(redo).marked, after);
  }
});
