import assert from "node:assert/strict";
import test from "node:test";

import { Text } from "@codemirror/state";

import { outsideWord, paragraphAt, trimmed } from "./paragraph";

/** The paragraph at `|`, as text. */
function at(marked: string): string | null {
  const position = marked.indexOf("|");
  const doc = Text.of(marked.replace("|", "").split("\n"));
  const range = paragraphAt(doc, position);
  return range && doc.sliceString(range.from, range.to);
}

test("a paragraph reaches above and below the caret, to the blank lines", () => {
  assert.equal(at("One.\n\nTwo a\ntwo| b\ntwo c\n\nThree."), "Two a\ntwo b\ntwo c");
  assert.equal(at("|Only"), "Only");
  assert.equal(at("Only|"), "Only");
});

test("headings and rules bound it; a heading is its own words", () => {
  assert.equal(at("# Title\nBo|dy\n## Next"), "Body");
  assert.equal(at("# Ti|tle\nBody"), "Title");
  assert.equal(at("Title\n===\nBo|dy\n---\nx"), "Body");
});

test("a list item is one paragraph, without its marker", () => {
  assert.equal(at("- one\n- tw|o\n  more\n- three"), "two\n  more");
  assert.equal(at("1. one\n2. [x] |two\n3. three"), "two");
  assert.equal(at("Lead:\n- o|ne"), "one");
  assert.equal(at("Le|ad:\n- one"), "Lead:");
});

test("in a quotation, an empty quoted line is blank", () => {
  assert.equal(at("> one\n>\n> tw|o\n> more"), "two\n> more");
});

test("a footnote's text leaves its mark out", () => {
  assert.equal(at("[^1]: A no|te."), "A note.");
});

test("there is none on a blank line, in front matter, in code or on a fence", () => {
  assert.equal(at("One.\n|\nTwo."), null);
  assert.equal(at("---\ntitle: |x\n---\nText"), null);
  assert.equal(at("---\ntitle: x\n--|-\nText"), null);
  assert.equal(at("---\ntitle: x\n---\nTe|xt"), "Text");
  assert.equal(at("```js\nlet |x\n```\nText"), null);
  assert.equal(at("```js\nlet x\n``|`\nText"), null);
  assert.equal(at("```js\nlet x\n```\nTe|xt"), "Text");
  assert.equal(at("~~~~\n```\n|x\n~~~~"), null);
});

test("text is never inserted inside a word, and stays where no word is parted", () => {
  const moved = (marked: string) => {
    const doc = Text.of(marked.replace("|", "").split("\n"));
    const to = outsideWord(doc, marked.indexOf("|"));
    return `${doc.sliceString(0, to)}|${doc.sliceString(to)}`;
  };
  assert.equal(moved("One\nthe gar|den was"), "One\nthe garden| was");
  assert.equal(moved("can|'t wait"), "can't| wait");
  for (const kept of ["|the", "the| end", "the |end", "the end.|", "|", "a\n|\nb", "👉|👉"]) assert.equal(moved(kept), kept);
});

test("a selection loses the white space at its ends", () => {
  const doc = Text.of(["  a word ", ""]);
  assert.deepEqual(trimmed(doc, { from: 0, to: 9 }), { from: 2, to: 8 });
  assert.equal(trimmed(doc, { from: 0, to: 2 }), null);
});
