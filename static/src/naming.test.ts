import assert from "node:assert/strict";
import test from "node:test";

import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState } from "@codemirror/state";

import { nameFor, nameFrom } from "./naming";

const named = (doc: string, anchor = doc.length) => nameFor(EditorState.create({ doc, selection: { anchor }, extensions: [markdown({ base: markdownLanguage })] }));

test("the first heading is the name, without its marks, as soon as the caret has left it", () => {
  assert.equal(named("# Letters from *the* [Allotment](x)\n\nWords"), "Letters from the Allotment");
  assert.equal(named("# Letters"), null);
  assert.equal(named("# Letters\n\nWords", 3), null);
  assert.equal(named("Words alone\n"), null);
});

test("what no system's files can be called is left out, and a long title ends at a word", () => {
  assert.equal(nameFrom('What/why: "now"?'), "What why now");
  assert.equal(nameFrom("..hidden."), "hidden");
  assert.equal(nameFrom("?!…"), null);
  assert.equal(nameFrom("word ".repeat(30))!.length, 59);
  assert.equal(nameFrom("x".repeat(90))!.length, 60);
  assert.equal(nameFrom("Grüße 🎉"), "Grüße 🎉");
});
