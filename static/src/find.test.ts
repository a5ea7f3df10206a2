import assert from "node:assert/strict";
import test from "node:test";

import { SearchQuery } from "@codemirror/search";
import { EditorState } from "@codemirror/state";

import { countOf, filledIn, problemOf, replacements, wordsFor } from "./find";

const stateOf = (doc: string, anchor = 0, head = anchor) => EditorState.create({ doc, selection: { anchor, head } });
const text = (search: string, doc: string, more: { caseSensitive?: boolean; wholeWord?: boolean; regexp?: boolean } = {}, anchor = 0, head = anchor) =>
  wordsFor(new SearchQuery({ search, literal: true, ...more }), stateOf(doc, anchor, head)).text;

test("the bar counts, and says which one is selected", () => {
  assert.equal(text("a", "a b a c a"), "3 found");
  assert.equal(text("a", "a b a c a", {}, 4, 5), "2 of 3");
  assert.equal(text("x", "a b"), "Not found");
  assert.equal(text("", "a b"), "");
});

test("case, whole words and patterns are as asked", () => {
  assert.equal(text("The", "the The there"), "3 found");
  assert.equal(text("The", "the The there", { caseSensitive: true }), "1 found");
  assert.equal(text("the", "the The there", { wholeWord: true }), "2 found");
  assert.equal(text("th\\w+", "the The there", { regexp: true }), "3 found");
  assert.equal(text("\\n", "a\nb \\n"), "1 found");
});

test("what is no pattern gets a sentence, and only where a pattern is meant", () => {
  const sentence = problemOf(new SearchQuery({ search: "(a", regexp: true }));
  assert(/^This is no pattern yet: .+\. To find these very signs, switch off the pattern\.$/.test(sentence), sentence);
  assert.equal(problemOf(new SearchQuery({ search: "(a" })), "");
  assert.equal(text("(a", "f(a)"), "1 found");
});

test("counting ends when nobody would wait for it", () => {
  const { total, more } = countOf(new SearchQuery({ search: "a" }), stateOf("a".repeat(20_000)), Number.POSITIVE_INFINITY);
  assert.deepEqual([total, more], [9_999, true]);
  assert.equal(countOf(new SearchQuery({ search: "a" }), stateOf("a".repeat(20_000)), 0).more, true);
});

test("what is put in may name the groups of a pattern, also one that fitted nothing", () => {
  const after = (pattern: string, replace: string, doc: string) => {
    const state = stateOf(doc);
    return state.update({ changes: replacements(new SearchQuery({ search: pattern, replace, regexp: true }), state) }).state.doc.toString();
  };
  assert.equal(after("(\\w+)@(\\w+)", "$2 of $1", "a@b c@d"), "b of a d of c");
  assert.equal(after("one(!)?", "1$1", "one one!"), "1 1!");
  assert.equal(filledIn("$& $$1 \\n $12 $9", ["all", "x"]), "all $1 \n x2 $9");
});

test("without a pattern, dollars and backslashes are themselves; one alone is replaced where it is selected", () => {
  const state = stateOf("a b a", 4, 5);
  const query = new SearchQuery({ search: "a", replace: "$1\\n", literal: true });
  assert.deepEqual(replacements(query, state), [{ from: 0, to: 1, insert: "$1\\n" }, { from: 4, to: 5, insert: "$1\\n" }]);
  assert.deepEqual(replacements(query, state, { from: 4, to: 5 }), [{ from: 4, to: 5, insert: "$1\\n" }]);
  assert.deepEqual(replacements(query, state, { from: 1, to: 3 }), []);
});
