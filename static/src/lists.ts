/** List items continued, moved in and out, and counted anew, as editor commands. Knows lists by the syntax tree alone. */

import { deleteMarkupBackward, insertNewlineContinueMarkupCommand } from "@codemirror/lang-markdown";
import { type ChangeSpec, countColumn, type EditorState, type Line, type StateCommand, type Transaction } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";

import { leaveBlock } from "./formatting";
import { isVerbatim } from "./paragraph";
import { treeTo } from "./syntax";

/** How a numbered list counts: up, the same number for all, or in a way of the writer's own. */
type Style = "up" | "same" | "own";

/** What is known of a numbered item before a step. */
interface Count {
  readonly start: number;
  readonly style: Style;
  readonly width: number;
  /** Places in its other lines, after the step. */
  readonly lines: readonly number[];
}

interface Item {
  readonly node: SyntaxNode;
  readonly mark: SyntaxNode;
  readonly line: Line;
  /** Where the mark and where the words stand in the line. */
  readonly column: number;
  readonly content: number;
}
const TAB = 4;

/** Enter: the next item, numbered and with an empty box where this one has a box; an empty item ends the list. */
export const continueList: StateCommand = (target) => leaveList(target) || goOn(target);

const leaveList = counted(leaveBlock);
const goOn: StateCommand = (target) => moveOutEmpty(target) || continued(target);
const continued = counted(insertNewlineContinueMarkupCommand({ nonTightLists: false }));

/** Backspace after a mark takes the mark and leaves the words where they are. */
export const deleteMark: StateCommand = counted(deleteMarkupBackward);

/** Tab: the selected items become children of the one before them. False where there is no item. */
export const moveIn: StateCommand = (target) => moveItemsIn(target) || isEmptyItem(target.state);

const moveItemsIn = moving((item) => {
  const before = itemBefore(item.node);
  if (before === null) return null;
  const last = before.getChildren("BulletList").concat(before.getChildren("OrderedList")).sort((a, b) => a.to - b.to).at(-1);
  const sibling = last ? last.getChildren("ListItem").at(-1)! : null;
  return (state) => {
    const target = sibling ? itemOf(state, sibling)! : itemOf(state, before)!;
    return sibling ? { column: target.column, mark: markOf(state, target) } : { column: target.content, mark: null };
  };
});

/** Shift-Tab: the selected items become siblings of their parent, and those after them their children. */
export const moveOut: StateCommand = (target) => moveOutEmpty(target) || moveItemsOut(target);

const moveItemsOut = moving((item) => {
  const parent = item.node.parent?.parent;
  if (parent?.name !== "ListItem") return null;
  return (state) => {
    const target = itemOf(state, parent)!;
    return { column: target.column, mark: markOf(state, target) };
  };
});

const MARKED = /^([\s>]*)([-*+]|\d{1,9}[.)])(?=\s)/;
const EMPTY = /^([\s>]*)([-*+]|\d{1,9}[.)])([ \t]+(?:\[[ xX]\][ \t]*)?)$/;

function isEmptyItem({ doc, selection: { main } }: EditorState): boolean {
  return main.empty && EMPTY.test(doc.lineAt(main.head).text);
}

/** An inner item without words, which Markdown itself takes for words of the line above. */
const moveOutEmpty: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly || !isEmptyItem(state)) return false;
  const line = state.doc.lineAt(state.selection.main.head);
  const [, indent = "", mark = ""] = EMPTY.exec(line.text)!;
  for (let n = line.number - 1; n > 0; n--) {
    const [, outer, sign] = MARKED.exec(state.doc.line(n).text) ?? [];
    if (state.doc.line(n).text.trim() === "") return false;
    if (outer === undefined || sign === undefined || outer.length >= indent.length) continue;
    if (isVerbatim(state.doc, line.number)) return false;
    const insert = outer + following(sign);
    const moved = state.update({ changes: { from: line.from, to: line.from + indent.length + mark.length, insert }, userEvent: "delete.dedent", scrollIntoView: true });
    dispatch(recounted(moved, [line.from + indent.length]));
    return true;
  }
  return false;
};

interface Place {
  readonly column: number;
  /** The mark of the list that is joined; null where a new one begins. */
  readonly mark: string | null;
}

function moving(placeOf: (item: Item) => ((state: EditorState) => Place) | null): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const items = selectedItems(state);
    const [first] = items;
    if (first === undefined) return false;
    const place = placeOf(first)?.(state);
    // Nowhere to go: the key is the list's all the same, or it would leave the text where a writer holds it down.
    if (place === undefined) return true;
    const shifts = new Map<number, number>();
    const changes: ChangeSpec[] = [];
    const delta = place.column - first.column;
    for (const item of items) {
      const mark = place.mark ?? state.sliceDoc(item.mark.from, item.mark.to);
      const wider = mark.length - (item.mark.to - item.mark.from);
      if (wider !== 0 || place.mark !== null) changes.push({ from: item.mark.from, to: item.mark.to, insert: mark });
      shift(shifts, state, item, delta + wider, delta);
    }
    // What follows at the old depth belongs to the last one now.
    const last = items.at(-1)!;
    if (delta < 0) {
      const deep = last.content + delta + (place.mark ?? "").length - (place.mark === null ? 0 : last.mark.to - last.mark.from);
      for (let next = last.node.nextSibling; next; next = next.nextSibling) {
        const item = itemOf(state, next);
        if (item && item.column < deep) shift(shifts, state, item, deep - item.column);
      }
    }
    const outer = outermost(first.node);
    const moved = state.changes([...changes, ...indented(state, shifts, outer)]);
    dispatch(recounted(state.update({ changes: moved, userEvent: delta > 0 ? "input.indent" : "delete.dedent", scrollIntoView: true }), items.map(({ mark }) => mark.from)));
    return true;
  };
}

/** `command`, and the numbers of the lists it touched set right in the same step. */
function counted(command: StateCommand): StateCommand {
  return ({ state, dispatch }) => command({ state, dispatch: (transaction) => dispatch(recounted(transaction, [])) });
}

/** `transaction` with the numbers that follow from it; `moved` are the old places of marks that are in other lists now. */
function recounted(transaction: Transaction, moved: readonly number[]): Transaction {
  const { startState: before, state: after, changes } = transaction;
  const counts = new Map<number, Count>();
  const at = (position: number) => changes.mapPos(position, 1);
  for (const list of numberedLists(before, touchedBy(transaction, "before"))) {
    const numbers = list.map(({ number }) => number);
    const [start = 1] = numbers;
    for (const { node, mark } of list) {
      if (moved.includes(mark.from)) continue;
      const lines = linesBelow(before, node).map((line) => at(line.to));
      counts.set(at(mark.from), { start, style: styleOf(numbers), width: mark.to - mark.from, lines });
    }
  }
  const shifts = new Map<number, number>();
  const renumbered: ChangeSpec[] = [];
  let outer: SyntaxNode | null = null;
  for (const list of numberedLists(after, touchedBy(transaction, "after"))) {
    const known = list.find(({ mark }) => counts.has(mark.from));
    const { start, style } = known ? counts.get(known.mark.from)! : { start: 1, style: "up" as const };
    let previous = start - 1;
    list.forEach(({ node, mark, number }, i) => {
      const was = counts.get(mark.from);
      const wanted = { up: start + i, same: start, own: was ? number : previous + 1 }[style];
      previous = wanted;
      const wider = String(wanted).length + 1 - (was?.width ?? mark.to - mark.from);
      if (wanted !== number) renumbered.push({ from: mark.from, to: mark.to - 1, insert: String(wanted) });
      if (wanted === number && wider === 0) return;
      outer ??= outermost(node);
      for (const place of was?.lines ?? linesBelow(after, node).map((line) => line.to)) note(shifts, after.doc.lineAt(place), wider);
    });
  }
  const more = after.changes([...renumbered, ...indented(after, shifts, outer)]);
  if (more.empty) return transaction;
  return before.update({
    changes: changes.compose(more),
    selection: transaction.newSelection.map(more, 1),
    userEvent: transaction.isUserEvent("delete") ? "delete" : "input",
    scrollIntoView: true,
  });
}

interface Numbered {
  readonly node: SyntaxNode;
  readonly mark: SyntaxNode;
  readonly number: number;
}

/** The numbered lists in and around `ranges`, each with its items in order. */
function numberedLists(state: EditorState, ranges: readonly (readonly [number, number])[]): Numbered[][] {
  const lists: Numbered[][] = [];
  const seen = new Set<number>();
  for (const [from, to] of ranges) {
    const tree = treeTo(state, to);
    const start = outermost(tree.resolveInner(from, -1));
    const end = outermost(tree.resolveInner(to, 1));
    tree.iterate({
      from: start?.from ?? from,
      to: Math.min(state.doc.length, Math.max(end?.to ?? to, start?.to ?? to) + 1),
      enter({ name, node, from: at }) {
        if (name !== "OrderedList" || seen.has(at)) return;
        seen.add(at);
        lists.push(node.getChildren("ListItem").flatMap((item) => numbered(state, item)));
      },
    });
  }
  return lists.filter((list) => list.length > 0);
}

function numbered(state: EditorState, node: SyntaxNode): Numbered[] {
  const mark = node.getChild("ListMark");
  return mark ? [{ node, mark, number: Number.parseInt(state.sliceDoc(mark.from, mark.to), 10) }] : [];
}

function touchedBy({ changes }: Transaction, side: "before" | "after"): [number, number][] {
  const ranges: [number, number][] = [];
  changes.iterChangedRanges((fromA, toA, fromB, toB) => ranges.push(side === "before" ? [fromA, toA] : [fromB, toB]));
  return ranges;
}

function styleOf(numbers: readonly number[]): Style {
  const [first = 1] = numbers;
  if (numbers.every((number, i) => number === first + i)) return "up";
  return numbers.every((number) => number === first) ? "same" : "own";
}

/** The outer ones of the items whose first line is selected, or the one that the caret is in. */
function selectedItems(state: EditorState): Item[] {
  const { main } = state.selection;
  const tree = treeTo(state, main.to);
  const lines = [state.doc.lineAt(main.from), state.doc.lineAt(main.to)];
  const items: Item[] = [];
  tree.iterate({
    from: lines[0]!.from,
    to: lines[1]!.to,
    enter({ name, node }) {
      if (name === "FencedCode" || name === "CodeBlock") return false;
      if (name !== "ListItem") return true;
      const item = itemOf(state, node);
      const inside = item && item.line.from >= lines[0]!.from && node.from <= lines[1]!.to;
      if (inside && !(items.at(-1) && node.to <= items.at(-1)!.node.to)) items.push(item);
      return true;
    },
  });
  if (items.length > 0) return items;
  for (let node: SyntaxNode | null = tree.resolveInner(main.head, -1); node; node = node.parent) {
    if (node.name === "FencedCode" || node.name === "Blockquote") return [];
    const item = node.name === "ListItem" ? itemOf(state, node) : null;
    if (item) return [item];
  }
  return [];
}

function itemOf(state: EditorState, node: SyntaxNode): Item | null {
  const mark = node.name === "ListItem" ? node.getChild("ListMark") : null;
  if (!mark) return null;
  const line = state.doc.lineAt(mark.from);
  const column = countColumn(line.text.slice(0, mark.from - line.from), TAB);
  return { node, mark, line, column, content: column + mark.to - mark.from + 1 };
}

/** The item before this one: of its own list, or of the list right before it. */
function itemBefore(node: SyntaxNode): SyntaxNode | null {
  const skipping = (at: SyntaxNode | null) => {
    while (at?.name === "QuoteMark") at = at.prevSibling;
    return at;
  };
  const before = skipping(node.prevSibling);
  if (before?.name === "ListItem") return before;
  const list = node.parent && skipping(node.parent.prevSibling);
  return list && /List$/.test(list.name) ? (list.getChildren("ListItem").at(-1) ?? null) : null;
}

/** The mark that an item after `item` would have. */
function markOf(state: EditorState, { mark }: Item): string {
  return following(state.sliceDoc(mark.from, mark.to));
}

function following(text: string): string {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? text : `${number + 1}${text.at(-1)}`;
}

/** The list that all others around `node` are in, as far as no quotation parts them. */
function outermost(node: SyntaxNode): SyntaxNode | null {
  let list: SyntaxNode | null = null;
  for (let at: SyntaxNode | null = node; at && at.name !== "Blockquote"; at = at.parent) if (/List$/.test(at.name)) list = at;
  return list;
}

/** Note that the lines of `item` go to the right by `delta` columns, its first by `first`. */
function shift(shifts: Map<number, number>, state: EditorState, { node, line }: Item, delta: number, first = delta): void {
  note(shifts, line, first);
  for (const below of linesBelow(state, node)) note(shifts, below, delta);
}

function note(shifts: Map<number, number>, { number }: Line, delta: number): void {
  shifts.set(number, (shifts.get(number) ?? 0) + delta);
}

function linesBelow({ doc }: EditorState, { from, to }: SyntaxNode): Line[] {
  const [first, last] = [doc.lineAt(from).number, doc.lineAt(to).number];
  return Array.from({ length: last - first }, (_, i) => doc.line(first + 1 + i));
}

/** The noted shifts as changes of the white space before each line's words, behind the marks of quotations around `outer`. */
function indented(state: EditorState, shifts: ReadonlyMap<number, number>, outer: SyntaxNode | null): ChangeSpec[] {
  const first = outer ? state.doc.lineAt(outer.from) : null;
  const lead = outer && first ? outer.from - first.from : 0;
  return [...shifts].flatMap(([number, delta]): { from: number; to?: number; insert?: string }[] => {
    const line = state.doc.line(number);
    if (delta === 0 || line.text.trim() === "") return [];
    const prefix = number === first?.number ? lead : Math.min(lead, /^[\s>]*/.exec(line.text)![0].length);
    const from = line.from + prefix;
    const space = /^[ \t]*/.exec(line.text.slice(prefix))![0];
    if (delta > 0) return [{ from, insert: " ".repeat(delta) }];
    if (!space.includes("\t")) return [{ from, to: from + Math.min(space.length, -delta) }];
    const start = countColumn(line.text.slice(0, prefix), TAB);
    const wide = countColumn(line.text.slice(0, prefix + space.length), TAB) - start;
    return [{ from, to: from + space.length, insert: " ".repeat(Math.max(0, wide + delta)) }];
  });
}
