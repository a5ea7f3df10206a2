import assert from "node:assert/strict";
import test from "node:test";

import { history, redo, undo } from "@codemirror/commands";
import { EditorState, type StateCommand, type TransactionSpec } from "@codemirror/state";

import type { Change } from "./diff";
import {
  accepting,
  allChanges,
  closeProposal,
  currentChange,
  currentProposal,
  currentSentence,
  finishProposal,
  openProposal,
  proposals,
  proposalsOf,
  rejecting,
  sketchProposal,
  streamProposal,
  type Wish,
} from "./proposal";
import { type Random, repeat, rewritten } from "./random";

const WISH: Wish = { action: { name: "paraphrase", label: "Paraphrase", scope: "replace" }, instruction: "" };

/** A document with its history, changed step by step. */
class Desk {
  state: EditorState;

  constructor(doc: string) {
    this.state = EditorState.create({ doc, extensions: [history(), proposals] });
  }

  do(...specs: TransactionSpec[]): this {
    this.state = this.state.update(...specs).state;
    return this;
  }

  run(command: StateCommand): this {
    command({ state: this.state, dispatch: (transaction) => (this.state = transaction.state) });
    return this;
  }

  get text(): string {
    return this.state.doc.toString();
  }

  get changes() {
    return allChanges(this.state);
  }

  /** Those of the sentence at the caret, which goes to `anchor`. */
  together(anchor: number): readonly Change[] {
    return currentSentence(this.do({ selection: { anchor } }).state)?.changes ?? [];
  }

  get ids(): string[] {
    return proposalsOf(this.state).map(({ id }) => id);
  }

  open(from: number, to: number, id = "r1"): this {
    return this.do({ effects: openProposal.of({ id, wish: WISH, source: { from, to }, from, to }) });
  }

  finish(text: string, id = "r1"): this {
    return this.do({ effects: finishProposal.of({ id, text, notes: [] }) });
  }

  propose(from: number, to: number, answer: string, id = "r1"): this {
    return this.open(from, to, id).finish(answer, id);
  }
}

function stream(desk: Desk, answer: string, random: Random): void {
  for (let at = 0; at < answer.length; ) {
    const piece = answer.slice(at, at + 1 + random.below(12));
    desk.do({ effects: streamProposal.of({ id: "r1", piece }) });
    at += piece.length;
  }
}

const MISSPELT = "I saw teh dog and teh cat.";
const SPELT = "I saw the dog and the cat.";

test("accepting all gives the answer and touches nothing around it, however the answer arrived", () => {
  repeat(150, (random) => {
    const [before, source, after] = [random.text(10), random.text(1 + random.below(60)), random.text(10)];
    const answer = random.below(4) ? rewritten(source, 30, random) : random.text(40);
    const desk = new Desk(before + source + after).open(before.length, before.length + source.length);
    stream(desk, answer, random);
    assert.equal(desk.text, before + source + after, "streaming changes nothing");
    desk.finish(answer).do(accepting(desk.changes));
    assert.equal(desk.text, before + answer + after);
    assert.equal(currentProposal(desk.state), null);
  });
});

test("accepting one by one, in any order, gives the answer", () => {
  repeat(80, (random) => {
    const source = random.text(50);
    const answer = rewritten(source, 30, random);
    const desk = new Desk(source).propose(0, source.length, answer);
    while (desk.changes.length > 0) desk.do(accepting([random.pick(desk.changes)]));
    assert.equal(desk.text, answer);
  });
});

test("edits elsewhere move a proposal along", () => {
  repeat(80, (random) => {
    const [before, source, after] = [random.text(12), random.text(40), random.text(12)];
    const answer = rewritten(source, 30, random);
    const desk = new Desk(`${before}|${source}|${after}`).open(before.length + 1, before.length + 1 + source.length);
    const put = random.text(2);
    desk.do({ changes: [{ from: 0, insert: put }, { from: desk.state.doc.length, insert: put }] });
    desk.finish(answer).do({ changes: { from: 0, insert: put } });
    desk.do(accepting(desk.changes));
    assert.equal(desk.text, `${put}${put}${before}|${answer}|${after}${put}`);
  });
});

test("a passage that occurs twice changes where it was selected, and $& is text", () => {
  const desk = new Desk("Same words. Same words.").propose(12, 23, "Costs $& and $1.");
  desk.do(accepting(desk.changes));
  assert.equal(desk.text, "Same words. Costs $& and $1.");
});

test("text for the caret is added and replaces nothing", () => {
  const desk = new Desk("Once upon").propose(9, 9, " a time");
  assert.deepEqual(desk.changes, [{ from: 9, to: 9, insert: " a time" }]);
  assert.equal(desk.do(accepting(desk.changes)).text, "Once upon a time");
});

test("rejecting changes no text and is not an undo step", () => {
  const desk = new Desk(MISSPELT).propose(0, MISSPELT.length, SPELT);
  desk.do(rejecting([desk.changes[0]!]));
  assert.equal(desk.changes.length, 1);
  desk.do(rejecting(desk.changes));
  assert.equal(desk.text, MISSPELT);
  assert.equal(currentProposal(desk.state), null);
});

test("one undo takes an acceptance back and the change stands open again", () => {
  const desk = new Desk(MISSPELT).propose(0, MISSPELT.length, SPELT);
  const [first, second] = desk.changes;
  desk.do(accepting([first!])).do(rejecting(desk.changes));
  assert.equal(desk.text, "I saw the dog and teh cat.");
  desk.run(undo);
  assert.equal(desk.text, MISSPELT);
  assert.deepEqual(desk.changes, [first]);
  desk.run(redo);
  assert.equal(desk.text, "I saw the dog and teh cat.");
  assert.deepEqual(desk.changes, []);
  desk.run(undo).do(accepting(desk.changes));
  assert.equal(desk.text, "I saw the dog and teh cat.");
  assert(second);
});

test("accepting all is one step; undo brings every change back", () => {
  repeat(40, (random) => {
    const source = random.text(40);
    const desk = new Desk(source).propose(0, source.length, rewritten(source, 40, random));
    const changes = desk.changes;
    desk.do(accepting(changes)).run(undo);
    assert.equal(desk.text, source);
    assert.deepEqual(desk.changes, changes);
  });
});

test("typing right after an acceptance is an undo step of its own", () => {
  const desk = new Desk(MISSPELT).propose(0, MISSPELT.length, SPELT);
  desk.do(accepting([desk.changes[0]!]));
  desk.do({ changes: { from: 9, insert: "!" }, userEvent: "input.type" }).run(undo);
  assert.equal(desk.text, "I saw the dog and teh cat.");
});

test("typing in a change's words drops that change only; typing beside it keeps it", () => {
  const desk = new Desk(MISSPELT).propose(0, MISSPELT.length, SPELT);
  desk.do({ changes: { from: 6, insert: "all " } });
  assert.equal(desk.changes.length, 2);
  desk.do({ changes: { from: 11, insert: "x" } });
  assert.equal(desk.changes.length, 1);
  assert.equal(desk.do(accepting(desk.changes)).text, "I saw all txeh dog and the cat.");
});

test("an edit in the text that is being rewritten ends the proposal", () => {
  const desk = new Desk(MISSPELT).open(0, MISSPELT.length).do({ changes: { from: 3, insert: "x" } });
  assert.equal(currentProposal(desk.state), null);
  assert.equal(currentProposal(desk.finish(SPELT).state), null);
});

test("a late piece of an answer that is not wanted any more is ignored", () => {
  const desk = new Desk(MISSPELT).open(0, MISSPELT.length).do({ effects: closeProposal.of("r1") });
  desk.do({ effects: streamProposal.of({ id: "r1", piece: "I" }) });
  assert.equal(currentProposal(desk.state), null);
  desk.do({ effects: openProposal.of({ id: "r2", wish: WISH, source: { from: 0, to: 3 }, from: 0, to: 3 }) }).finish("late");
  assert.equal(currentProposal(desk.state)?.phase, "waiting");
});

test("the change at the caret is the one that holds it, then the next, then the last", () => {
  const desk = new Desk(MISSPELT).propose(0, MISSPELT.length, SPELT);
  const [first, second] = desk.changes;
  for (const [anchor, change] of [[0, first], [7, first], [12, second], [26, second]] as const) {
    assert.equal(currentChange(desk.do({ selection: { anchor } }).state), change);
  }
});

test("the changes of one sentence are settled together, and no others", () => {
  const faulty = "I has two dog. She have a cat.\nWe was there.";
  const desk = new Desk(faulty).propose(0, faulty.length, "I have two dogs. She has a cat.\nWe were there.");
  const settled = (anchor: number) => desk.together(anchor).map(({ insert }) => insert);
  assert.deepEqual(settled(0), ["have", "dogs"]);
  assert.deepEqual(settled(14), ["has"], "from behind the last one of a sentence the next is meant");
  assert.deepEqual(settled(faulty.length), ["were"]);
  desk.do(accepting(desk.together(3)));
  assert.equal(desk.text, "I have two dogs. She have a cat.\nWe was there.");
  assert.equal(desk.changes.length, 2);
});

test("a sentence goes on in the next line of its paragraph, and in a table each row is for itself", () => {
  const settled = (source: string, answer: string) => {
    const desk = new Desk(source).propose(0, source.length, answer);
    return desk.together(0).map(({ insert }) => insert);
  };
  assert.deepEqual(settled("We was glad, and\nthey was too. It were so.", "We were glad, and\nthey were too. It was so."), ["were", "were"]);
  assert.deepEqual(settled("- We was glad\n- They was too", "- We were glad\n- They were too"), ["were"]);
  assert.deepEqual(settled("| teh | teh |\n| --- | --- |\n| teh | b |", "| the | the |\n| --- | --- |\n| the | b |"), ["the", "the"]);
});

test("what is added behind a line belongs to its last sentence", () => {
  const desk = new Desk("It is late").propose(0, 10, "It was late, and dark");
  assert.equal(desk.together(10).length, 2);
  const { from, to } = currentSentence(desk.state)!;
  assert.deepEqual([from, to], [0, 10]);
});

const LINES = "I has one.\n\nShe have two.\n\nThey was three.";
const ANSWERS = ["I have one.", "She has two.", "They were three."] as const;

/** Three lines, of each of which a change is suggested. */
function three(): Desk {
  const desk = new Desk(LINES);
  let from = 0;
  for (const [i, line] of LINES.split("\n\n").entries()) {
    desk.propose(from, from + line.length, ANSWERS[i]!, `r${i + 1}`);
    from += line.length + 2;
  }
  return desk;
}

test("what is not checked is no change of the text that it may replace", () => {
  const desk = new Desk(MISSPELT).open(0, MISSPELT.length);
  desk.do({ effects: sketchProposal.of({ id: "r1", piece: "As an AI, I" }) });
  assert.deepEqual(desk.changes, []);
  desk.do({ effects: streamProposal.of({ id: "r1", piece: "I saw the" }) });
  assert.equal(currentProposal(desk.state)?.sketch, "");
  assert.equal(desk.changes.length, 1);
});

test("new text is seen as it is written, and goes when it was not good", () => {
  const desk = new Desk("Once upon").open(9, 9).do({ effects: sketchProposal.of({ id: "r1", piece: " a time" }) });
  assert.deepEqual(desk.changes, [{ from: 9, to: 9, insert: " a time" }]);
  assert.deepEqual(desk.do({ effects: streamProposal.of({ id: "r1", piece: "" }) }).changes, []);
});

test("several are open at once, in document order, and each is taken by itself", () => {
  const desk = new Desk(LINES).propose(27, 42, ANSWERS[2], "late").propose(0, 10, ANSWERS[0], "early");
  assert.deepEqual(desk.ids, ["early", "late"]);
  desk.do(accepting(proposalsOf(desk.state)[1]!.changes));
  assert.deepEqual(desk.ids, ["early"]);
  assert.equal(desk.text, LINES.replace("was", "were"));
  desk.do(accepting(desk.changes));
  assert.equal(desk.text, LINES.replace("was", "were").replace("has", "have"));
});

test("the current one is the one that the caret is in, else the nearest", () => {
  const desk = three();
  const ids = [0, 9, 11, 13, 24, 27, 42].map((anchor) => currentProposal(desk.do({ selection: { anchor } }).state)?.id);
  assert.deepEqual(ids, ["r1", "r1", "r1", "r2", "r2", "r3", "r3"]);
});

test("a new one takes the place of those whose passage it shares or touches, and of no others", () => {
  assert.deepEqual(three().open(5, 14, "new").ids, ["new", "r3"]);
  assert.deepEqual(three().open(10, 10, "new").ids, ["new", "r2", "r3"]);
  assert.deepEqual(three().open(11, 11, "new").ids, ["r1", "new", "r2", "r3"]);
});

test("an edit in one passage leaves the suggestions of the others, finished or not", () => {
  const desk = three().open(0, 10, "r4").do({ changes: { from: 23, insert: "x" } });
  assert.deepEqual(desk.ids, ["r4", "r2", "r3"]);
  desk.do({ changes: { from: 4, insert: "x" } });
  assert.deepEqual(desk.ids, ["r2", "r3"]);
  assert.equal(desk.do(accepting(desk.changes)).text, "I haxs one.\n\nShe has twxo.\n\nThey were three.");
});

test("one undo brings back the changes of every suggestion that an edit displaced", () => {
  const desk = three();
  const before = desk.changes;
  desk.do({ changes: { from: 0, to: LINES.length } });
  assert.deepEqual(desk.ids, []);
  desk.run(undo);
  assert.deepEqual(desk.changes, before);
});

test("what an undo would bring back stays away where a newer suggestion stands", () => {
  const desk = three().do({ changes: { from: 2, to: 5, insert: "had" } });
  desk.propose(0, 10, "I had one, too.", "new").run(undo);
  assert.deepEqual(desk.ids, ["new", "r2", "r3"]);
});

test("random edits, acceptances, rejections and undos never break a proposal", () => {
  repeat(60, (random) => {
    const source = random.text(30);
    const other = random.text(30);
    const desk = new Desk(`${source}\n\n${other}`).propose(0, source.length, rewritten(source, 50, random));
    desk.propose(source.length + 2, source.length + 2 + other.length, rewritten(other, 50, random), "r2");
    for (let i = 0; i < 25; i++) {
      const at = random.below(desk.state.doc.length + 1);
      const steps: (() => unknown)[] = [
        () => desk.do({ changes: { from: at, insert: random.text(1) }, userEvent: "input.type" }),
        () => desk.do({ changes: { from: at, to: Math.min(at + random.below(6), desk.state.doc.length) } }),
        () => desk.changes.length && desk.do(accepting([random.pick(desk.changes)])),
        () => desk.changes.length && desk.do(rejecting([random.pick(desk.changes)])),
        () => desk.run(undo),
        () => desk.run(redo),
      ];
      random.pick(steps)();
      let end = 0;
      for (const change of desk.changes) {
        assert(change.from >= end && change.to >= change.from && change.to <= desk.state.doc.length, "in order, inside");
        end = change.to;
      }
      let reached = 0;
      for (const { from, to } of proposalsOf(desk.state)) {
        assert(from >= reached && to >= from, "passages never overlap");
        reached = to;
      }
    }
  });
});

test("the wish and the text it was about stay with the proposal, in their places", () => {
  const desk = new Desk("One two.");
  const asked = openProposal.of({ id: "r1", wish: WISH, source: { from: 0, to: 8 }, from: 8, to: 8 });
  desk.do({ effects: asked }).do({ effects: finishProposal.of({ id: "r1", text: " Three.", notes: [] }) });
  desk.do({ changes: { from: 0, insert: "Zero. " } });
  const proposal = currentProposal(desk.state)!;
  assert.equal(proposal.wish, WISH);
  assert.deepEqual([proposal.source, proposal.from, proposal.to], [{ from: 0, to: 14 }, 14, 14]);
});
