import assert from "node:assert/strict";
import test from "node:test";

import { codeFolding, ensureSyntaxTree, foldedRanges } from "@codemirror/language";
import { EditorState } from "@codemirror/state";

import { foldAround, foldAt, toggleFold } from "./folding";
import { Folds } from "./folds";
import { language } from "./language";

function stateOf(doc: string, anchor = 0): EditorState {
  const state = EditorState.create({ doc, selection: { anchor }, extensions: [language(), codeFolding()] });
  ensureSyntaxTree(state, doc.length, 1_000);
  // What was read becomes the state's own with the next transaction.
  return state.update({}).state;
}

const DOC = "---\ntitle: x\n---\n\n# A\n\na\n\n```js\ncode\n```\n\n## B\n\nb\n\n# C\n\nc\n";
const at = (words: string) => DOC.indexOf(words);

test("sections, code and front matter can be folded; paragraphs and tables cannot", () => {
  const state = stateOf(DOC);
  const folded = (words: string) => {
    const span = foldAt(state, at(words));
    return span && DOC.slice(span.from, span.to).trim();
  };
  assert.equal(folded("# A"), "a\n\n```js\ncode\n```\n\n## B\n\nb");
  assert.equal(folded("## B"), "b");
  assert.equal(folded("```js"), "code\n```");
  assert.equal(folded("---"), "title: x\n---");
  assert.equal(foldAt(stateOf("a\nb\n\n| a |\n| - |\n| b |"), 0), null);
});

test("from anywhere the innermost of them is folded", () => {
  const state = stateOf(DOC);
  assert.equal(foldAround(state, at("code"))!.from, at("```js") + 5);
  assert.equal(foldAround(state, at("\nb\n") + 1)!.from, at("## B") + 4);
  assert.equal(foldAround(stateOf("no heading"), 3), null);
});

test("folding and unfolding change no character and move the caret out of what is hidden", () => {
  let state = stateOf(DOC, at("\nb\n") + 1);
  const dispatch = (transaction: { state: EditorState }) => (state = transaction.state);
  assert(toggleFold({ state, dispatch }));
  assert.deepEqual([foldedRanges(state).size, state.selection.main.head, state.doc.toString()], [1, at("## B") + 4, DOC]);
  assert(toggleFold({ state, dispatch }));
  assert.equal(foldedRanges(state).size, 0);
});

test("what was folded is found again where the lines still are, and no word is kept", () => {
  const kept = new Map<string, string>();
  Object.assign(globalThis, { localStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) } });
  const folds = new Folds();
  const before = stateOf("# Same\n\na\n\n# Same\n\nb").doc;
  folds.keep("Letter.md", before, [{ from: 17 }]);
  assert.deepEqual(folds.of("Letter.md", stateOf("New.\n\n# Same\n\na\n\n# Same\n\nb").doc), [17]);
  assert.deepEqual(folds.of("Letter.md", stateOf("# Same").doc), []);
  assert.deepEqual(folds.of("Other.md", before), []);
  assert.equal([...kept.values()].join("").includes("Same"), false);
  folds.keep("Letter.md", before, []);
  assert.deepEqual([...kept.values()], ["{}"]);
});
