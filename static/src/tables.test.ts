import assert from "node:assert/strict";
import test from "node:test";

import { history, undo } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { EditorState, type StateCommand } from "@codemirror/state";

import { type Random, repeat } from "./random";
import { cellsOf, gridOf, readTable, tableOf, widthOf, writeTable } from "./table";
import { breakCell, enterRow, keepEdge, nextCell, pasteGrid, placeIn, previousCell, tableCommands } from "./tables";

function stateOf(doc: string, anchor: number, head = anchor): EditorState {
  return EditorState.create({ doc, selection: { anchor, head }, extensions: [markdown({ base: markdownLanguage }), history()] });
}

/** What `command` makes of a text with its caret at `^`; a selection is shown as `^words^`. */
function after(command: StateCommand, marked: string): string | null {
  let state = stateOf(marked.replaceAll("^", ""), marked.indexOf("^"));
  if (!command({ state, dispatch: (transaction) => (state = transaction.state) })) return null;
  const { from, to, empty } = state.selection.main;
  const ends = empty ? "^" : `^${state.sliceDoc(from, to)}^`;
  return state.sliceDoc(0, from) + ends + state.sliceDoc(to);
}

const named = (name: string): StateCommand => tableCommands.find((command) => command.name === name)!.run;
const lines = (...all: string[]) => all.join("\n");

test("tidying gives each column the width of its widest cell, as a terminal counts", () => {
  assert.equal(
    after(named("tidy-table"), "Name|日本\n:-|-:\na^|é\nlonger\\|one|👩‍👩‍👧"),
    lines("| Name        | 日本 |", "| :---------- | ---: |", "| a^           |    é |", "| longer\\|one |   👩‍👩‍👧 |"),
  );
});

test("a sign of East Asia and an emoji are two columns wide, an accent none", () => {
  assert.equal(widthOf("日本語"), 6);
  assert.equal(widthOf("한글ｱ"), 5);
  assert.equal(widthOf("👍❤️"), 4);
  assert.equal(widthOf("e\u0301a"), 2);
});

test("tables in quotations and lists keep what stands before them", () => {
  assert.equal(after(named("row-below"), "> | a^ |\n> |---|\n> | b |"), "> | a   |\n> | --- |\n> | ^    |\n> | b   |");
  assert.equal(after(named("row-below"), "- | a |\n  |---|\n  | b^ |"), "- | a   |\n  | --- |\n  | b   |\n  | ^    |");
});

test("rows are added, moved and removed; the head stays", () => {
  const table = "| h |\n| --- |\n| a^ |\n| b |";
  assert.equal(after(named("row-above"), table), "| h   |\n| --- |\n| ^    |\n| a   |\n| b   |");
  assert.equal(after(named("row-down"), table), "| h   |\n| --- |\n| b   |\n| a^   |");
  assert.equal(after(named("row-up"), table), table);
  assert.equal(after(named("row-remove"), table), "| h   |\n| --- |\n| b^   |");
  assert.equal(after(named("row-remove"), "| h^ |\n| --- |"), "| h^ |\n| --- |");
});

test("columns are added, moved, aligned and removed", () => {
  const table = "| a | b^ |\n| --- | --- |\n| 1 | 2 |";
  assert.equal(after(named("column-before"), table), "| a   | ^    | b   |\n| --- | --- | --- |\n| 1   |     | 2   |");
  assert.equal(after(named("column-left"), table), "| b^   | a   |\n| --- | --- |\n| 2   | 1   |");
  assert.equal(after(named("align-right"), table), "| a   |   b^ |\n| --- | --: |\n| 1   |   2 |");
  assert.equal(after(named("align-right"), "| a | b^ |\n| --- | --: |"), "| a   | b^   |\n| --- | --- |");
  assert.equal(after(named("column-remove"), table), "| a^   |\n| --- |\n| 1   |");
});

test("Tab goes from cell to cell and adds a row after the last", () => {
  assert.equal(after(nextCell, "| a^ | b |\n| --- | --- |\n| 1 | 2 |"), "| a | ^b^ |\n| --- | --- |\n| 1 | 2 |");
  assert.equal(after(nextCell, "| a | b^ |\n| --- | --- |\n| 1 | 2 |"), "| a | b |\n| --- | --- |\n| ^1^ | 2 |");
  assert.equal(after(nextCell, "| a |\n| --- |\n| 1^ |"), "| a   |\n| --- |\n| 1   |\n| ^    |");
  assert.equal(after(previousCell, "| a | b |\n| --- | --- |\n| ^1 | 2 |"), "| a | ^b^ |\n| --- | --- |\n| 1 | 2 |");
  assert.equal(after(nextCell, "no table^"), null);
});

test("Enter makes a row, and leaves the table from one without words", () => {
  assert.equal(after(enterRow, "| a |\n| --- |\n| 1^ |"), "| a   |\n| --- |\n| 1   |\n| ^    |");
  assert.equal(after(enterRow, "| a |\n| --- |\n| 1 |\n| ^  |\n\nafter"), "| a |\n| --- |\n| 1 |\n\n^\n\nafter");
  assert.equal(after(breakCell, "| a^ |\n| --- |"), "| a<br>^ |\n| --- |");
});

test("Backspace and Delete do not eat the line between two cells", () => {
  assert.equal(after(keepEdge("before"), "| a | ^b |\n| --- | --- |"), "| a | ^b |\n| --- | --- |");
  assert.equal(after(keepEdge("before"), "| a | b^ |\n| --- | --- |"), null);
  assert.equal(after(keepEdge("after"), "| a^ | b |\n| --- | --- |"), "| a^ | b |\n| --- | --- |");
});

test("what comes from a spreadsheet is put over the cells, and the table grows", () => {
  const grid = gridOf('1\t"two\nlines"\r\n3\ta|b\r\n')!;
  assert.deepEqual(grid, [["1", "two\nlines"], ["3", "a|b"]]);
  assert.equal(after(pasteGrid(grid), "| h |\n| --- |\n| ^ |"), lines("| h   |              |", "| --- | ------------ |", "| 1   | two<br>lines |", "| 3   | a\\|b^         |"));
  for (const text of ["no tabs", "a\tb\nc", "\tindented\n\tcode\tx"]) assert.equal(gridOf(text), null);
  assert.equal(writeTable(tableOf([["a", "b"], ["1", "2"]])).join("\n"), "| a   | b   |\n| --- | --- |\n| 1   | 2   |");
});

test("cells are found where the renderer finds them", () => {
  assert.deepEqual(cellsOf("| a | b\\|c |").map(({ from, to }) => [from, to]), [[2, 3], [6, 10]]);
  assert.deepEqual(cellsOf("a|b").map(({ from, to }) => [from, to]), [[0, 1], [2, 3]]);
  assert.equal(cellsOf("||").length, 1);
  assert.equal(readTable(["| a | b |", "| --- |"]), null);
});

const CELLS = ["a", "", "日本", "**b**", "`x`", "a\\|b", "👩‍👩‍👧", "long words in a cell", "é", "[l](u)", "\\", "-", ":-:"];

function randomTable(random: Random): string {
  const columns = 1 + random.below(4);
  const row = (count: number) => `${random.pick(["|", "| "])}${Array.from({ length: count }, () => random.pick(CELLS)).join(random.pick([" | ", " |"]))} |`;
  const dashes = `|${Array.from({ length: columns }, () => random.pick(["---", ":-", "-:", ":-:"])).join("|")}|`;
  const body = Array.from({ length: random.below(4) }, () => row(Math.max(1, columns + random.below(3) - 1)));
  return [row(columns), dashes, ...body].join("\n");
}

test("tidying keeps every cell, once is enough, and one undo takes back what any command did", () => {
  repeat(200, (random) => {
    const doc = `Before.\n\n${randomTable(random)}\n\nAfter.`;
    const at = 9 + random.below(doc.length - 16);
    let state = stateOf(doc, at);
    const dispatch = (transaction: { state: EditorState }) => (state = transaction.state);
    const place = placeIn(state);
    if (place === null) return;
    named("tidy-table")({ state, dispatch });
    const tidy = state.doc.toString();
    const cells = (table: readonly (readonly string[])[]) => table.map((row) => row.filter((cell) => cell !== ""));
    assert.deepEqual(cells(placeIn(state)!.table.rows), cells(place.table.rows));
    assert.deepEqual(placeIn(state)!.table.aligns, place.table.aligns);
    named("tidy-table")({ state, dispatch });
    assert.equal(state.doc.toString(), tidy);
    state = stateOf(doc, at);
    const command = random.pick(tableCommands);
    command.run({ state, dispatch });
    const removes = command.name.endsWith("remove");
    const sorted = (text: string) => [...text.replace(/[\s|:-]/g, "")].sort().join("");
    if (!removes) assert.equal(sorted(state.doc.toString()), sorted(doc));
    assert(state.doc.toString().startsWith("Before.\n\n") && state.doc.toString().endsWith("\n\nAfter."));
    if (state.doc.toString() === doc) return;
    undo({ state, dispatch });
    assert.equal(state.doc.toString(), doc);
  });
});
