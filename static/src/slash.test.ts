import assert from "node:assert/strict";
import test from "node:test";

import { EditorState } from "@codemirror/state";

import { slashAt } from "./slash";

/** `|` is the caret. */
function words(text: string): string | undefined {
  const anchor = text.indexOf("|");
  return slashAt(EditorState.create({ doc: text.replace("|", ""), selection: { anchor } }))?.words;
}

test("a slash alone on its line asks, and letters after it narrow", () => {
  assert.equal(words("before\n\n/|"), "");
  assert.equal(words("/tab|"), "tab");
});

test("a slash that is meant as one does not", () => {
  for (const text of ["and/|or", "a /|", "/usr/|bin", "/usr/bin|", "//|", "/ |", "/ta|b", "- /|", "x\n```\n/|\n```"]) assert.equal(words(text), undefined, text);
});
