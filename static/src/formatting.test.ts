import assert from "node:assert/strict";
import test from "node:test";

import { EditorState, type StateCommand } from "@codemirror/state";

import { cycleHeading, leaveBlock, toggleLines } from "./formatting";

/** What Enter makes of the text with its caret at `|`; null where the key is left to others. */
const entered = (marked: string) => done(leaveBlock, marked);

/** What `command` makes of the text with its caret at `|`; null where it does nothing. */
function done(command: StateCommand, marked: string): string | null {
  const anchor = marked.indexOf("|");
  let state = EditorState.create({ doc: marked.replace("|", ""), selection: { anchor } });
  if (!command({ state, dispatch: (transaction) => (state = transaction.state) })) return null;
  const { head } = state.selection.main;
  return `${state.sliceDoc(0, head)}|${state.sliceDoc(head)}`;
}

test("Enter on an empty item leaves the list, with a blank line between", () => {
  assert.equal(entered("- one\n- |"), "- one\n\n|");
  assert.equal(entered("1. one\n2. |\nafter"), "1. one\n\n|\nafter");
  assert.equal(entered("- [x] one\n- [ ] |"), "- [x] one\n\n|");
  assert.equal(entered("- one\n\n- |"), "- one\n\n|");
  assert.equal(entered("- |"), "|");
});

test("Enter on an empty line of a quotation leaves it", () => {
  assert.equal(entered("> one\n> |"), "> one\n\n|");
  assert.equal(entered("> one\n>\n> |"), "> one\n>\n\n|");
  assert.equal(entered("> - one\n> - |"), "> - one\n>\n> |");
});

test("elsewhere Enter is the editor's own", () => {
  for (const text of ["|", "- one|", "> one|", "- one\n  - |", "- |one", "---|", "```\n- |\n```"]) assert.equal(entered(text), null);
});

test("a mark that comes to an empty line stands before the caret", () => {
  assert.equal(done(toggleLines("> ", /^> /), "one\n\n|"), "one\n\n> |");
  assert.equal(done(cycleHeading, "|"), "# |");
  assert.equal(done(toggleLines("> ", /^> /), "> o|ne"), "o|ne");
});
