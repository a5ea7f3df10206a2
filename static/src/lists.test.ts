import assert from "node:assert/strict";
import test from "node:test";

import { history, undo } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState, type StateCommand } from "@codemirror/state";

import { continueList, deleteMark, moveIn, moveOut } from "./lists";
import { repeat } from "./random";

function stateOf(marked: string): EditorState {
  const [anchor, head] = [marked.indexOf("|"), marked.lastIndexOf("|") - (marked.indexOf("|") === marked.lastIndexOf("|") ? 0 : 1)];
  const doc = marked.replaceAll("|", "");
  return EditorState.create({ doc, selection: { anchor, head }, extensions: [markdown({ base: markdownLanguage }), history()] });
}

/** What `command` makes of a text with its caret or its selection at `|`; null where it does nothing. */
function after(command: StateCommand, marked: string): string | null {
  let state = stateOf(marked);
  if (!command({ state, dispatch: (transaction) => (state = transaction.state) })) return null;
  const { head, empty } = state.selection.main;
  return empty ? `${state.sliceDoc(0, head)}|${state.sliceDoc(head)}` : state.doc.toString();
}

test("Enter goes on with the list, its numbers, its boxes and its quotation", () => {
  assert.equal(after(continueList, "- one|"), "- one\n- |");
  assert.equal(after(continueList, "1. one|\n2. two"), "1. one\n2. |\n3. two");
  assert.equal(after(continueList, "1. a\n1. b|\n1. c"), "1. a\n1. b\n1. |\n1. c");
  assert.equal(after(continueList, "- [x] done|"), "- [x] done\n- [ ] |");
  assert.equal(after(continueList, "> - a|"), "> - a\n> - |");
  assert.equal(after(continueList, "- a\n  1. b|"), "- a\n  1. b\n  2. |");
  assert.equal(after(continueList, "plain|"), null);
});

test("numbers that grow wider take what is below them along", () => {
  assert.equal(after(continueList, "8. a|\n9. b\n   - child\n\n   more"), "8. a\n9. |\n10. b\n    - child\n\n    more");
});

test("Enter on an empty item ends the list, or moves it out of the inner one", () => {
  assert.equal(after(continueList, "- one\n- |"), "- one\n\n|");
  assert.equal(after(continueList, "1. one\n   - x\n   - |\n2. two"), "1. one\n   - x\n2. |\n3. two");
  assert.equal(after(continueList, "1. one\n   - |\n2. two"), "1. one\n2. |\n3. two");
  assert.equal(after(moveOut, "- one\n  - |"), "- one\n- |");
});

test("Tab makes an item the child of the one before", () => {
  assert.equal(after(moveIn, "- a\n- b|"), "- a\n  - b|");
  assert.equal(after(moveIn, "1. a\n2. b|\n3. c"), "1. a\n   1. b|\n2. c");
  assert.equal(after(moveIn, "10. a\n11. b|"), "10. a\n    1. b|");
  assert.equal(after(moveIn, "- a\n    - b\n- c|"), "- a\n    - b\n    - c|");
  assert.equal(after(moveIn, "- a\n- b|\n  - under b\n\n  more of b\n- c"), "- a\n  - b|\n    - under b\n\n    more of b\n- c");
  assert.equal(after(moveIn, "> 1. a\n> 2. b|"), "> 1. a\n>    1. b|");
});

test("Tab joins the list it comes into, with its mark and its number", () => {
  assert.equal(after(moveIn, "1. a\n   - x\n2. b|\n3. c"), "1. a\n   - x\n   - b|\n2. c");
});

test("Tab on the first item, and in words and code, moves nothing", () => {
  assert.equal(after(moveIn, "- a|"), "- a|");
  assert.equal(after(moveIn, "words|"), null);
  assert.equal(after(moveIn, "```\n- a|\n```"), null);
});

test("Tab moves all items that are selected, once", () => {
  assert.equal(after(moveIn, "1. a\n2. |b\n3. c|\n4. d"), "1. a\n   1. b\n   2. c\n2. d");
  assert.equal(after(moveIn, "- a\n- |b\n  - c|"), "- a\n  - b\n    - c");
});

test("Shift-Tab moves an item out, and what follows becomes its children", () => {
  assert.equal(after(moveOut, "- a\n  - b|"), "- a\n- b|");
  assert.equal(after(moveOut, "1. a\n   1. b|\n   2. c\n2. d"), "1. a\n2. b|\n   1. c\n3. d");
  assert.equal(after(moveOut, "1. a\n   - b|\n   - c\n2. d"), "1. a\n2. b|\n   - c\n3. d");
  assert.equal(after(moveOut, "- a|"), "- a|");
});

test("Backspace after a mark takes the mark, and the rest is counted anew", () => {
  assert.equal(after(deleteMark, "1. a\n2. |b\n3. c"), "1. a\n   |b\n2. c");
  assert.equal(after(deleteMark, "> |a"), "|a");
  assert.equal(after(deleteMark, "a|b"), null);
});

test("the numbers of a long list follow to its end, also where Markdown had not read so far", () => {
  const long = "words ".repeat(2_000);
  assert.equal(after(deleteMark, `1. a\n2. |b\n3. ${long}\n4. c`), `1. a\n   |b\n2. ${long}\n3. c`);
});

test("lists that count in their own way keep their numbers", () => {
  assert.equal(after(continueList, "3. a\n7. b|\n9. c"), "3. a\n7. b\n8. |\n9. c");
});

const LINES = ["- a", "- [ ] b", "  - c", "    - d", "1. e", "2. f", "9. g", "10. h", "   1. i", "   - j", "* k", "", "   more", "words", "> - q", "> 1. r", "\t- s", "```", "# head"];

test("no key takes a word, and one undo takes each back", () => {
  repeat(200, (random) => {
    const lines = Array.from({ length: 1 + random.below(9) }, () => random.pick(LINES));
    const doc = lines.join("\n");
    const anchor = random.below(doc.length + 1);
    let state = EditorState.create({ doc, selection: { anchor }, extensions: [markdown({ base: markdownLanguage }), history()] });
    const words = (text: string) => text.replace(/^[ \t>]*(?:(?:[-*+]|\d+[.)])(?: \[ \])?(?:[ \t]+|$))*/gm, "").replace(/\s+/g, "");
    const command = random.pick([moveIn, moveOut]);
    let steps = 0;
    const dispatch = (transaction: { state: EditorState }) => ((state = transaction.state), steps++);
    command({ state, dispatch: dispatch as never });
    assert.equal(words(state.doc.toString()), words(doc));
    if (state.doc.toString() === doc) return;
    assert.equal(steps, 1);
    undo({ state, dispatch: (transaction) => (state = transaction.state) });
    assert.equal(state.doc.toString(), doc);
  });
});
