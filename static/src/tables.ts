/** Tables in the text: where the caret is in one, and what can be done to it, as editor commands. */

import { syntaxTree } from "@codemirror/language";
import { type ChangeSpec, EditorSelection, type EditorState, type StateCommand, type TransactionSpec } from "@codemirror/state";
import type { SyntaxNode, Tree } from "@lezer/common";

import { treeTo } from "./syntax";
import {
  type Align,
  cellsOf,
  readTable,
  type Table,
  withAlign,
  withColumn,
  withGrid,
  withMovedColumn,
  withMovedRow,
  withoutColumn,
  withoutRow,
  withRow,
  writeTable,
} from "./table";

/** A table in the document, and the cell at the caret. */
export interface Place {
  readonly table: Table;
  /** The number of its first line. */
  readonly line: number;
  /** The head is 0; the line of dashes counts to it. */
  readonly row: number;
  readonly column: number;
  /** How far the caret is in the cell's words. */
  readonly offset: number;
}

export interface TableCommand {
  readonly name: string;
  readonly label: string;
  readonly icon: string;
  readonly group: "Row" | "Column" | "Align";
  readonly key?: string;
  readonly align?: Align;
  readonly run: StateCommand;
}

/** The table that the caret is in; null where it is in none. */
export function placeIn(state: EditorState): Place | null {
  const { head } = state.selection.main;
  if (!state.doc.lineAt(head).text.includes("|")) return null;
  const node = tableNode(treeTo(state, head), head);
  if (node === null) return null;
  const [first, last, here] = [state.doc.lineAt(node.from), state.doc.lineAt(node.to), state.doc.lineAt(head)];
  const lines = Array.from({ length: last.number - first.number + 1 }, (_, i) => state.doc.line(first.number + i).text);
  const table = readTable(lines, node.from - first.from);
  if (table === null) return null;
  const at = here.number - first.number;
  const cells = cellsOf(here.text, table.prefixes[at]!.length);
  const column = Math.max(0, cells.findLastIndex(({ from }, i) => i === 0 || head - here.from >= gapBefore(here.text, from)));
  const { from, to } = cells[column] ?? { from: here.length, to: here.length };
  const offset = at === 1 ? 0 : Math.min(Math.max(0, head - here.from - from), to - from);
  return { table, line: first.number, row: Math.max(0, at - 1), column, offset };
}

/** Where the white space before a cell's words begins. */
function gapBefore(line: string, from: number): number {
  return line.slice(0, from).trimEnd().length;
}

/** Whether the caret is in a table, as far as the text has been read yet: cheap enough for every key. */
export function isInTable(state: EditorState): boolean {
  return tableNode(syntaxTree(state), state.selection.main.head) !== null;
}

function tableNode(tree: Tree, position: number): SyntaxNode | null {
  for (const side of [-1, 1] as const) {
    for (let node: SyntaxNode | null = tree.resolveInner(position, side); node; node = node.parent) if (node.name === "Table") return node;
  }
  return null;
}

/** `table` in the place of the one at `place`, the caret in the cell of `row` and `column`. */
function replacing(state: EditorState, place: Place, table: Table, row: number, column: number, select: number | "all" = place.offset): TransactionSpec {
  const old = Array.from({ length: place.table.rows.length + 1 }, (_, i) => state.doc.line(place.line + i).text);
  const lines = writeTable(table);
  const line = row === 0 ? 0 : row + 1;
  const { from, to } = cellsOf(lines[line]!, table.prefixes[line]!.length)[column] ?? { from: 0, to: 0 };
  const start = state.doc.line(place.line).from + lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
  const selection = select === "all" ? { anchor: start + from, head: start + to } : { anchor: start + Math.min(to, from + select) };
  return { changes: lineChange(state, place.line, old, lines), selection, userEvent: "input.table", scrollIntoView: true };
}

/** The lines that differ, and no others. */
function lineChange(state: EditorState, number: number, old: readonly string[], lines: readonly string[]): ChangeSpec {
  let head = 0;
  while (head < Math.min(old.length, lines.length) - 1 && old[head] === lines[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, lines.length) - head - 1 && old.at(-1 - tail) === lines.at(-1 - tail)) tail++;
  return {
    from: state.doc.line(number + head).from,
    to: state.doc.line(number + old.length - 1 - tail).to,
    insert: lines.slice(head, lines.length - tail).join(state.lineBreak),
  };
}

type Edit = (place: Place) => { readonly table: Table | null; readonly row?: number; readonly column?: number };

/** Where it leaves no table, nothing is done; the key is the table's all the same. */
function editing(edit: Edit): StateCommand {
  return ({ state, dispatch }) => {
    const place = state.readOnly ? null : placeIn(state);
    if (place === null) return false;
    const { table, row = place.row, column = place.column } = edit(place);
    if (table) dispatch(state.update(replacing(state, place, table, row, column)));
    return true;
  };
}

export const tableCommands: readonly TableCommand[] = [
  { name: "row-above", label: "Add a row above", icon: "row-above", group: "Row", run: editing(({ table, row }) => ({ table: withRow(table, Math.max(1, row)), row: Math.max(1, row) })) },
  { name: "row-below", label: "Add a row below", icon: "row-below", group: "Row", run: editing(({ table, row }) => ({ table: withRow(table, row + 1), row: row + 1 })) },
  { name: "row-up", label: "Move the row up", icon: "up", group: "Row", key: "Alt-ArrowUp", run: editing(({ table, row }) => ({ table: withMovedRow(table, row, -1), row: row - 1 })) },
  { name: "row-down", label: "Move the row down", icon: "down", group: "Row", key: "Alt-ArrowDown", run: editing(({ table, row }) => ({ table: withMovedRow(table, row, 1), row: row + 1 })) },
  { name: "row-remove", label: "Remove the row", icon: "row-remove", group: "Row", run: editing(({ table, row }) => ({ table: withoutRow(table, row), row: Math.min(row, table.rows.length - 2) })) },
  { name: "column-before", label: "Add a column before", icon: "column-before", group: "Column", run: editing(({ table, column }) => ({ table: withColumn(table, column) })) },
  { name: "column-after", label: "Add a column after", icon: "column-after", group: "Column", run: editing(({ table, column }) => ({ table: withColumn(table, column + 1), column: column + 1 })) },
  { name: "column-left", label: "Move the column to the left", icon: "left", group: "Column", run: editing(({ table, column }) => ({ table: withMovedColumn(table, column, -1), column: column - 1 })) },
  { name: "column-right", label: "Move the column to the right", icon: "right", group: "Column", run: editing(({ table, column }) => ({ table: withMovedColumn(table, column, 1), column: column + 1 })) },
  { name: "column-remove", label: "Remove the column", icon: "column-remove", group: "Column", run: editing(({ table, column }) => ({ table: withoutColumn(table, column), column: Math.min(column, table.aligns.length - 2) })) },
  { name: "align-left", label: "Align the column left", icon: "align-left", group: "Align", align: "left", run: aligning("left") },
  { name: "align-center", label: "Centre the column", icon: "align-center", group: "Align", align: "center", run: aligning("center") },
  { name: "align-right", label: "Align the column right", icon: "align-right", group: "Align", align: "right", run: aligning("right") },
  { name: "tidy-table", label: "Tidy the table’s source", icon: "tidy", group: "Align", run: editing(({ table }) => ({ table })) },
];

function aligning(align: Align): StateCommand {
  return editing(({ table, column }) => ({ table: withAlign(table, column, align) }));
}

/** Tab: the next cell, and after the last one a new row. */
export const nextCell: StateCommand = stepping(1);
/** Shift-Tab: the cell before. */
export const previousCell: StateCommand = stepping(-1);

function stepping(by: 1 | -1): StateCommand {
  return ({ state, dispatch }) => {
    const place = state.readOnly ? null : placeIn(state);
    if (place === null) return false;
    const { table } = place;
    const columns = table.aligns.length;
    const target = place.row * columns + Math.min(place.column, columns - 1) + by;
    const [row, column] = [Math.floor(target / columns), target % columns];
    if (target < 0) return true;
    if (row >= table.rows.length) dispatch(state.update(replacing(state, place, withRow(table, row), row, 0)));
    else goTo({ state, dispatch }, place, row, column);
    return true;
  };
}

function goTo({ state, dispatch }: Parameters<StateCommand>[0], place: Place, row: number, column: number): void {
  const line = state.doc.line(place.line + (row === 0 ? 0 : row + 1));
  const cell = cellsOf(line.text, place.table.prefixes[line.number - place.line]!.length)[column];
  // A row with too few cells gets them first.
  if (cell === undefined) return dispatch(state.update(replacing(state, place, place.table, row, column, "all")));
  dispatch(state.update({ selection: EditorSelection.range(line.from + cell.from, line.from + cell.to), scrollIntoView: true, userEvent: "select" }));
}

/** Enter: a new row below; on a last row without words it is taken away, and writing goes on below the table. */
export const enterRow: StateCommand = ({ state, dispatch }) => {
  const place = state.readOnly ? null : placeIn(state);
  if (place === null || !state.selection.main.empty) return false;
  const { table, row } = place;
  const isEmpty = table.rows[row]!.every((cell) => cell === "");
  if (!isEmpty || row === 0 || row < table.rows.length - 1) {
    dispatch(state.update(replacing(state, place, withRow(table, row + 1), row + 1, 0, 0)));
    return true;
  }
  const line = state.doc.line(place.line + row + 1);
  const prefix = table.prefixes[row + 1]!;
  const insert = prefix.trimEnd() + state.lineBreak + prefix;
  dispatch(state.update({ changes: { from: line.from, to: line.to, insert }, selection: { anchor: line.from + insert.length }, userEvent: "input", scrollIntoView: true }));
  return true;
};

/** Shift-Enter: a line break, which a cell can only have as HTML. */
export const breakCell: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly || placeIn(state) === null) return false;
  dispatch(state.update(state.replaceSelection("<br>"), { userEvent: "input", scrollIntoView: true }));
  return true;
};

/** Backspace and Delete stop at a cell's edge: what is between two cells is not words. */
export function keepEdge(side: "before" | "after"): StateCommand {
  return ({ state }) => {
    const { head, empty } = state.selection.main;
    if (!empty || placeIn(state) === null) return false;
    const line = state.doc.lineAt(head);
    const [before, after] = [line.text.slice(0, head - line.from), line.text.slice(head - line.from)];
    if (side === "before") return /^[\s>]*$|(?<!\\)\|\s?$/.test(before);
    return /^\s*(?:\||$)/.test(after);
  };
}

/** Put a grid over the cells from the one at the caret on. */
export function pasteGrid(grid: readonly (readonly string[])[]): StateCommand {
  return ({ state, dispatch }) => {
    const place = state.readOnly ? null : placeIn(state);
    if (place === null) return false;
    const [row, column] = [place.row + grid.length - 1, place.column + grid[0]!.length - 1];
    const spec = replacing(state, place, withGrid(place.table, place.row, place.column, grid), row, column, Number.MAX_SAFE_INTEGER);
    dispatch(state.update({ ...spec, userEvent: "input.paste" }));
    return true;
  };
}
