import assert from "node:assert/strict";
import test from "node:test";

import { SearchQuery } from "@codemirror/search";
import { EditorState } from "@codemirror/state";

import { countOf, problemOf, wordsFor } from "./find";

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
