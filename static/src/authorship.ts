/** Which stretches of the text the model wrote, as the writer edits on. Knows nothing of the page, and receipts only by id. */

import { invertedEffects } from "@codemirror/commands";
import { type ChangeDesc, type ChangeSet, EditorState, type Extension, StateEffect, StateField, type Text } from "@codemirror/state";

import type { Change } from "./diff";
import type { Range } from "./paragraph";
import type { Piece, Receipt } from "./protocol";

/** What stands of a receipt's result; the writer may have parted it. Stretches never touch each other's words. */
export interface Stretch extends Range {
  readonly receipt: string;
  /** Where in the result it begins; -1 where that is not known. */
  readonly offset: number;
}

/** These are the model's as well, in the positions of the document that the transaction makes. */
export const attribute = StateEffect.define<readonly Stretch[]>({ map: (stretches, changes) => carried(stretches, changes) });
/** Nothing is this receipt's any more. */
export const disown = StateEffect.define<string>();

export const authorshipField = StateField.define<readonly Stretch[]>({
  create: () => [],
  update(stretches, transaction) {
    let now = transaction.docChanged ? carried(stretches, transaction.changes) : stretches;
    for (const effect of transaction.effects) {
      if (effect.is(attribute)) now = united(now, effect.value);
      if (effect.is(disown)) now = now.filter(({ receipt }) => receipt !== effect.value);
    }
    return now;
  },
});

/** What an edit takes from the model's words comes back with its undoing. */
const undoable = invertedEffects.of((transaction) => {
  const stretches = transaction.startState.field(authorshipField, false) ?? [];
  const disowned = transaction.effects.filter((effect) => effect.is(disown)).map(({ value }) => value as string);
  const gone = stretches.filter(({ receipt }) => disowned.includes(receipt));
  const lost = transaction.docChanged ? removed(stretches, transaction.changes) : [];
  return gone.length + lost.length > 0 ? [attribute.of(united(gone, lost))] : [];
});

/** Words that are moved stay whose they were. */
const movable = EditorState.transactionExtender.of((transaction) => {
  const stretches = stretchesOf(transaction.startState);
  if (stretches.length === 0 || !transaction.isUserEvent("move")) return null;
  return { effects: attribute.of(relocated(stretches, transaction.startState.doc, transaction.changes)) };
});

export const authorship: Extension = [authorshipField, undoable, movable];

export function stretchesOf(state: EditorState): readonly Stretch[] {
  return state.field(authorshipField, false) ?? [];
}

/** The stretch that holds `position`, or ends there. */
export function stretchAt(state: EditorState, position: number): Stretch | null {
  const found = stretchesOf(state).filter(({ from, to }) => from <= position && position <= to);
  return found.find(({ to }) => position < to) ?? found[0] ?? null;
}

/** `stretches` after an edit: what it deleted is gone, and what it put between stands for itself. */
export function carried(stretches: readonly Stretch[], changes: ChangeDesc): Stretch[] {
  const edits = editsOf(changes);
  const moved = stretches.flatMap((stretch) =>
    without(stretch, edits).map((rest) => ({
      ...rest,
      from: changes.mapPos(rest.from, 1),
      to: changes.mapPos(rest.to, -1),
    })),
  );
  return joined(moved.filter(({ from, to }) => from < to));
}

/** What an edit deletes of `stretches`, where it stood. */
export function removed(stretches: readonly Stretch[], changes: ChangeDesc): Stretch[] {
  return editsOf(changes).flatMap((edit) => within(stretches, edit));
}

function within(stretches: readonly Stretch[], { from, to }: Range): Stretch[] {
  return stretches.map((stretch) => part(stretch, Math.max(from, stretch.from), Math.min(to, stretch.to))).filter((rest) => rest.from < rest.to);
}

/** Those of `stretches` whose words `changes` take from one place of `doc` and put in another, where they stand then. */
export function relocated(stretches: readonly Stretch[], doc: Text, changes: ChangeSet): Stretch[] {
  const taken: Range[] = [];
  const put: { readonly from: number; readonly text: string }[] = [];
  changes.iterChanges((from, to, start, _end, inserted) => {
    const text = doc.sliceString(from, to);
    if (text.trim() !== "") taken.push({ from: from + text.length - text.trimStart().length, to: from + text.trimEnd().length });
    put.push({ from: start, text: inserted.toString() });
  }, true);
  return taken.flatMap(({ from, to }) => {
    const words = doc.sliceString(from, to);
    const place = put.find(({ text }) => text.includes(words));
    const by = place && place.from + place.text.indexOf(words) - from;
    return by === undefined ? [] : within(stretches, { from, to }).map((rest) => ({ ...rest, from: rest.from + by, to: rest.to + by }));
  });
}

/** Both, in document order; where they overlap, `first` has it. */
export function united(first: readonly Stretch[], second: readonly Stretch[]): Stretch[] {
  const rest = second.flatMap((stretch) => without(stretch, first.filter(({ from, to }) => from < stretch.to && stretch.from < to)));
  return joined([...first, ...rest].filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from));
}

/** As it is told over the wire: no stretch goes over a line's end, and white space alone is nobody's. */
export function piecesOf(doc: Text, stretches: readonly Stretch[]): Piece[] {
  return stretches.flatMap(({ receipt, from, to }) => {
    const pieces: Piece[] = [];
    for (let at = from; at < to; ) {
      const line = doc.lineAt(at);
      const text = line.text.slice(at - line.from, to - line.from);
      if (/\S/.test(text)) pieces.push({ receipt, line: line.number - 1, text, nth: occurrences(line.text, text, at - line.from) });
      at = line.to + 1;
    }
    return pieces;
  });
}

/** The stretches that `pieces` of `doc` tell of, as far as they are there; `resultOf` knows what each receipt's was. */
export function located(doc: Text, pieces: readonly Piece[], resultOf: (receipt: string) => string): Stretch[] {
  const reached = new Map<string, number>();
  const found: Stretch[] = [];
  for (const { receipt, line, text, nth } of pieces) {
    const from = line < doc.lines ? placeOf(doc.line(line + 1).text, text, nth) : -1;
    if (from < 0 || text === "") continue;
    const offset = resultOf(receipt).indexOf(text, reached.get(receipt) ?? 0);
    if (offset >= 0) reached.set(receipt, offset + text.length);
    const start = doc.line(line + 1).from + from;
    found.push({ receipt, offset, from: start, to: start + text.length });
  }
  return united([], found);
}

export type TakeBack =
  /** The result stands as it was accepted. */
  | { readonly kind: "whole"; readonly changes: readonly Change[] }
  /** The writer has changed words in its midst, which go with it. */
  | { readonly kind: "edited"; readonly changes: readonly Change[] };

/** What puts the source of `receipt` in the place of its result; null where too little stands of it. */
export function takingBack(doc: Text, all: readonly Stretch[], { id, source, result }: Receipt): TakeBack | null {
  const stretches = all.filter(({ receipt }) => receipt === id);
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return null;
  // Its outer white space belongs to nobody on the wire, and to the result all the same.
  const head = result.length - result.trimStart().length;
  const tail = result.length - result.trimEnd().length;
  const before = first.offset <= head ? Math.max(0, first.offset) : 0;
  const after = Math.max(0, result.length - (last.offset + last.to - last.from));
  const from = doc.sliceString(first.from - before, first.from) === result.slice(0, before) ? first.from - before : first.from;
  const to = after <= tail && doc.sliceString(last.to, last.to + after) === result.slice(result.length - after) ? last.to + after : last.to;
  if (doc.sliceString(from, to) === result) return { kind: "whole", changes: [{ from, to, insert: source }] };
  if (source === "") return { kind: "edited", changes: stretches.map((stretch) => ({ from: stretch.from, to: stretch.to, insert: "" })) };
  const endsStand = first.offset >= 0 && first.offset <= head && after <= tail;
  return endsStand ? { kind: "edited", changes: [{ from, to, insert: source }] } : null;
}

function editsOf(changes: ChangeDesc): Range[] {
  const edits: Range[] = [];
  changes.iterChangedRanges((from, to) => edits.push({ from, to }), true);
  return edits;
}

/** What `holes`, in document order, leave of `stretch`; an empty hole parts it. */
function without(stretch: Stretch, holes: readonly Range[]): Stretch[] {
  const rest: Stretch[] = [];
  let at = stretch.from;
  for (const { from, to } of holes) {
    if (to < at || from > stretch.to) continue;
    if (from > at) rest.push(part(stretch, at, Math.min(from, stretch.to)));
    at = Math.max(at, to);
  }
  if (at < stretch.to) rest.push(part(stretch, at, stretch.to));
  return rest;
}

function part(stretch: Stretch, from: number, to: number): Stretch {
  const offset = stretch.offset < 0 ? -1 : stretch.offset + from - stretch.from;
  return { ...stretch, from, to, offset };
}

/** Neighbours that were one become one again. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = [];
  for (const stretch of stretches) {
    const last = all.at(-1);
    if (last && goesOn(last, stretch)) all[all.length - 1] = { ...last, to: stretch.to };
    else all.push(stretch);
  }
  return all;
}

function goesOn(last: Stretch, next: Stretch): boolean {
  if (last.receipt !== next.receipt || last.to !== next.from || last.offset < 0) return false;
  return last.offset + last.to - last.from === next.offset;
}

/** How many places before `start` hold `text`. */
function occurrences(line: string, text: string, start: number): number {
  let count = 0;
  for (let at = line.indexOf(text); at >= 0 && at < start; at = line.indexOf(text, at + 1)) count++;
  return count;
}

function placeOf(line: string, text: string, nth: number): number {
  let at = line.indexOf(text);
  for (let i = 0; i < nth && at >= 0; i++) at = line.indexOf(text, at + 1);
  return at;
}
