import assert from "node:assert/strict";
import test from "node:test";

import { history, undo } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";

import { footnote, freeLabel } from "./footnotes";
import { repeat } from "./random";

function after(marked: string): string | null {
  let state = EditorState.create({ doc: marked.replace("|", ""), selection: { anchor: marked.indexOf("|") } });
  if (!footnote({ state, dispatch: (transaction) => (state = transaction.state) })) return null;
  const { head } = state.selection.main;
  return `${state.sliceDoc(0, head)}|${state.sliceDoc(head)}`;
}

test("a footnote gets the next free number, and its note is written next", () => {
  assert.equal(after("Words.| More.\n"), "Words.[^1] More.\n\n[^1]: |\n");
  assert.equal(after("A[^1] b.|\n\n[^1]: note\n    more\n\nEnd."), "A[^1] b.[^2]\n\n[^1]: note\n    more\n\n[^2]: |\n\nEnd.");
  assert.equal(after("A[^1][^2] b|\n\n[^1]: x\n[^2]: y"), "A[^1][^2] b[^3]\n\n[^1]: x\n[^2]: y\n[^3]: |");
  assert.equal(freeLabel("[^1] [^3] [^name]"), "2");
});

test("it parts no word and keeps out of code and front matter", () => {
  assert.equal(after("Wo|rds"), "Words[^1]\n\n[^1]: |");
  assert.equal(after("```\nco|de\n```"), null);
  assert.equal(after("---\ntitle: x|\n---"), null);
  assert.equal(after("Words.|\n\n```\nnever closed"), "Words.[^1]\n\n[^1]: |\n\n```\nnever closed");
});

test("from the mark to the note, and from the note to the mark", () => {
  assert.equal(after("A[^n|] b.\n\n[^n]: note"), "A[^n] b.\n\n[^n]: |note");
  assert.equal(after("A[^n] b.\n\n[^n]: no|te"), "A[^n]| b.\n\n[^n]: note");
  assert.equal(after("A[^n] b.\n\n[^n]: note\n\n    its second| paragraph"), "A[^n]| b.\n\n[^n]: note\n\n    its second paragraph");
});

test("a mark without a note gets one", () => {
  assert.equal(after("A[^old]| b."), "A[^old] b.\n\n[^old]: |");
});

test("it only adds, and one undo takes it back", () => {
  repeat(200, (random) => {
    const pieces = ["Words. ", "[^1]", "\n\n[^1]: note", "\n\n[^2]: other\n    more", "\n```\ncode\n```\n", "\n\n", "- item\n", "日本"];
    const doc = Array.from({ length: random.below(8) }, () => random.pick(pieces)).join("");
    let state = EditorState.create({ doc, selection: { anchor: random.below(doc.length + 1) }, extensions: history() });
    const dispatch = (transaction: { state: EditorState }) => (state = transaction.state);
    footnote({ state, dispatch });
    const now = state.doc.toString();
    if (now === doc) return;
    assert.equal([...doc].every(((at) => (sign: string) => (at = now.indexOf(sign, at) + 1) > 0)(0)), true);
    undo({ state, dispatch });
    assert.equal(state.doc.toString(), doc);
  });
});
