import assert from "node:assert/strict";
import test from "node:test";

import { EditorState } from "@codemirror/state";

import { closeProposal, openProposal, proposals } from "./proposal";
import { located, setUnderlines, underlineAt, underlinesField } from "./underlines";
import type { Problem } from "./protocol";

const problem = (line: number, text: string, nth = 0): Problem => ({ line, text, nth, is_word: true, message: "", suggestions: ["the"] });
const stateOf = (doc: string) => EditorState.create({ doc, extensions: underlinesField });
const marked = (doc: string, problems: Problem[]) => {
  const state = stateOf(doc);
  return state.update({ effects: setUnderlines.of({ all: located(state.doc, problems), checked: true }) }).state;
};
const words = (state: EditorState) => state.field(underlinesField).all.map(({ from, to }) => state.sliceDoc(from, to));

test("a problem is found by its line, its text and its occurrence, also behind emoji", () => {
  const { doc } = stateOf("One.\n👩‍👩‍👧 teh and teh.\n");
  assert.deepEqual(
    located(doc, [problem(1, "teh", 1)]).map(({ from, to }) => [from, doc.sliceString(from, to)]),
    [[doc.toString().lastIndexOf("teh"), "teh"]],
  );
});

test("a problem that the document does not have is left out", () => {
  const { doc } = stateOf("teh");
  assert.deepEqual(located(doc, [problem(0, "teh", 1), problem(4, "teh"), problem(0, "")]), []);
});

test("where a suggestion is open there is no underline to be seen or fixed; the others stay", () => {
  const doc = "I seen teh dog.\n\nAnd teh cat.";
  const all = located(EditorState.create({ doc }).doc, [problem(0, "teh"), problem(2, "teh")]);
  const wish = { action: { name: "paraphrase", label: "Paraphrase", scope: "replace" }, instruction: "" } as const;
  const passage = { from: 0, to: 15 };
  const open = EditorState.create({ doc, extensions: [underlinesField, proposals] }).update({
    effects: [setUnderlines.of({ all, checked: true }), openProposal.of({ id: "r1", wish, source: passage, ...passage })],
  }).state;
  assert.equal(underlineAt(open, 8), null);
  assert(underlineAt(open, 22));
  assert(underlineAt(open.update({ effects: closeProposal.of("r1") }).state, 8));
});

test("underlines follow the text that is typed before them", () => {
  const state = marked("I saw teh cat.", [problem(0, "teh")]);
  assert.deepEqual(words(state.update({ changes: { from: 0, insert: "Yes, " } }).state), ["teh"]);
});

test("a word that is touched is no longer underlined", () => {
  const state = marked("I saw teh cat.", [problem(0, "teh")]);
  assert.deepEqual(words(state.update({ changes: { from: 7, to: 9, insert: "he" } }).state), []);
  assert.deepEqual(words(state.update({ changes: { from: 9, insert: "n" } }).state), []);
});

test("the underline at the caret is the one that it stands in or behind", () => {
  const state = marked("I saw teh cat.", [problem(0, "teh")]);
  assert.equal(underlineAt(state, 5), null);
  assert.equal(underlineAt(state, 6)?.from, 6);
  assert.equal(underlineAt(state, 9)?.from, 6);
  assert.equal(underlineAt(state, 10), null);
});
