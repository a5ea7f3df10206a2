import assert from "node:assert/strict";
import test from "node:test";

import { EditorState, Text } from "@codemirror/state";

import { countWords, describe, describeField, describeLength, wordsOf } from "./status";

test("words are what a reader reads: no front matter, no addresses, no tags and marks", () => {
  assert.equal(countWords("---\ntitle: Three words here\n---\n\nDon’t count twice-told tales."), 4);
  assert.equal(countWords("See [my notes](https://example.org/a/b) **now**."), 4);
  assert.equal(countWords('<figure><img src="https://example.org/a.png" width="100%"><figcaption>A cat</figcaption></figure>'), 2);
  assert.equal(countWords('Heard it.[^loud] ![Cat](a.png "My cat")\n\n[^loud]: Hard floors'), 5);
  assert.equal(countWords("我喜欢读书"), 5);
  assert.equal(countWords(""), 0);
});

test("the length names the selection, else the time to read", () => {
  assert.equal(describeLength(1, 0), "1 word");
  assert.equal(describeLength(1204, 0), "1,204 words · 5 min");
  assert.equal(describeLength(1204, 12), "12 of 1,204 words");
});

test("the words of a long document are counted by its parts", () => {
  const text = `---\ntitle: Three words here\n---\n\n${"Don’t count twice-told tales, see [it](https://a.example/b).\n".repeat(2000)}`;
  const doc = Text.of(text.split("\n"));
  assert.equal(wordsOf(doc), countWords(text));
  const edited = doc.replace(text.length - 3, text.length - 3, Text.of([" two words"]));
  assert.equal(wordsOf(edited), countWords(edited.toString()));
});

test("a field of the front matter says how long it is, as readers count", () => {
  const doc = Text.of(["---", "title: Ümläute 👩‍👩‍👧", 'subject: "Two words"', "tags: [a]", "---", "", "subject: no field"]);
  assert.equal(describeField(doc, doc.line(2).to), "Title: 9 characters");
  assert.equal(describeField(doc, doc.line(3).from), "Subject: 9 characters");
  assert.equal(describeField(doc, doc.line(4).from), "");
  assert.equal(describeField(doc, doc.line(7).from), "");
});

test("a selection is told in words and characters", () => {
  const state = EditorState.create({ doc: "One two three.", selection: { anchor: 0, head: 7 } });
  assert.equal(describe(state), "2 of 3 words · 7 characters");
});
