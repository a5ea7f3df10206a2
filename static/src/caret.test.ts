import assert from "node:assert/strict";
import test from "node:test";

import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState, type TransactionSpec } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";

import { type CaretText, createCaretText, firstWord, ghostField, isSensible, showGhost } from "./caret";
import type { FromPage } from "./protocol";

function at(text: string): EditorState {
  const head = text.lastIndexOf("|");
  const doc = text.slice(0, head) + text.slice(head + 1);
  return EditorState.create({ doc, selection: { anchor: head }, extensions: [markdown({ base: markdownLanguage }), ghostField] });
}

function after(state: EditorState, ...specs: TransactionSpec[]): unknown {
  for (const spec of specs) state = state.update(spec).state;
  return state.field(ghostField);
}

const shown = { effects: showGhost.of({ at: 7, text: "cold, and dark." }) };
const START = "It was |";

test("typing its letters keeps the rest of it", () => {
  const typed = { changes: { from: 7, insert: "co" }, selection: { anchor: 9 } };
  assert.deepEqual(after(at(START), shown, typed), { at: 9, text: "ld, and dark." });
});

test("the last of its letters ends it", () => {
  const typed = { changes: { from: 7, insert: "cold, and dark." }, selection: { anchor: 22 } };
  assert.equal(after(at(START), shown, typed), null);
});

test("another letter, a deletion, a change elsewhere or a move of the caret ends it", () => {
  for (const spec of [
    { changes: { from: 7, insert: "x" }, selection: { anchor: 8 } },
    { changes: { from: 6, to: 7 } },
    { changes: { from: 0, insert: "c" } },
    { selection: { anchor: 2 } },
  ]) {
    assert.equal(after(at(START), shown, spec), null);
  }
});

test("a word is taken with the space before it", () => {
  assert.equal(firstWord(" cold, and dark"), " cold,");
  assert.equal(firstWord("cold"), "cold");
});

test("it comes unasked only at the end of a line of prose", () => {
  for (const place of ["It was cold and |", "> It was cold and |", "- It was cold, |", "It was cold. |\n\nMore"]) {
    assert.equal(isSensible(at(place)), true, place);
  }
  for (const place of [
    "It was cold an|",
    "It was |cold and dark",
    "It |",
    "See the page https://example.org/a.|",
    "```\nit was cold and |\n```",
    "Run `it was cold and |`",
    "# It was cold and |",
    "| it was | cold and |",
    "---\ntitle: it was cold and |\n---\n",
    "<div>\nit was cold and |\n</div>",
  ]) {
    assert.equal(isSensible(at(place)), false, place);
  }
});

/** A text with the caret at its end, what the server hears, and keys by name. */
function desk(text: string) {
  const sent: FromPage[] = [];
  const view = { state: at(`${text}|`), composing: false, dispatch: (spec: TransactionSpec) => void (view.state = view.state.update(spec).state) };
  const caret: CaretText = createCaretText({
    clock: { after: () => 0, cancel: () => undefined, now: () => 0 } as never,
    view: () => view as unknown as EditorView,
    send: (message) => sent.push(message) > 0,
    isOn: () => true,
    isFree: () => true,
    tell: () => undefined,
  });
  const { state } = EditorState.create({ extensions: [caret.extension] }).update({});
  const press = (key: string) => state.facet(keymap).flat().find((binding) => binding.key === key)?.run?.(view as unknown as EditorView);
  const answer = (words: string) => {
    const { id } = sent.at(-1) as Extract<FromPage, { type: "complete" }>;
    caret.receive({ type: "proposed", id, text: words, units: [], warnings: [], choices: [] });
  };
  return { view, caret, sent, press, answer, ghost: () => view.state.field(ghostField)?.text };
}

test("Escape stops what was asked for, and another time takes away what is shown", () => {
  const { caret, sent, press, answer, ghost } = desk("It was ");
  caret.ask();
  assert.equal(press("Escape"), true);
  assert.deepEqual(sent.map(({ type }) => type), ["complete", "cancel"]);
  caret.ask();
  answer("cold.");
  assert.equal(ghost(), "cold.");
  assert.equal(press("Escape"), true);
  assert.equal(ghost(), undefined);
  assert.equal(press("Escape"), false, "then it is free for others");
});

test("where something is shown, Alt+] asks for another and Alt+[ for the one before", () => {
  const { caret, sent, press, answer } = desk("It was ");
  assert.equal(press("Alt-]"), false);
  caret.ask();
  answer("cold.");
  press("Alt-]");
  answer("dark.");
  press("Alt-[");
  assert.deepEqual(sent.map((message) => message.type === "complete" && message.variation), [0, 1, 0]);
});
