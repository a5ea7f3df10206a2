/** Footnotes: put in with the next free number, and the way from a mark to its note and back. Knows them by their signs alone. */

import type { EditorState, StateCommand, Text } from "@codemirror/state";

import { isVerbatim, outsideWord, paragraphAt } from "./paragraph";

const MARK = /\[\^([^\]\s]+)\]/g;
const NOTE = /^ {0,3}\[\^([^\]\s]+)\]:[ \t]*/;
const GOES_ON = /^(?: {2,}|\t)\S/;

/** On a mark: to its note. In a note: to its mark. Elsewhere a new one is put in, and its note is written next. */
export const footnote: StateCommand = (target) => jumpFootnote(target) || insertFootnote(target);

/** False where the caret is neither at a mark nor in a note. */
export const jumpFootnote: StateCommand = ({ state, dispatch }) => {
  const { head } = state.selection.main;
  const label = labelAt(state, head);
  const note = label === null ? noteAround(state.doc, head) : null;
  const to = label !== null ? noteOf(state.doc, label) : note !== null ? markOf(state.doc, note) : null;
  if (to !== null) dispatch(state.update({ selection: { anchor: to }, scrollIntoView: true, userEvent: "select" }));
  else if (label === null || state.readOnly) return false;
  else dispatch(state.update(added(state, label, head)));
  return true;
};

/** False in code, in front matter and where nothing may be written. */
export const insertFootnote: StateCommand = ({ state, dispatch }) => {
  const { main } = state.selection;
  const at = main.empty ? outsideWord(state.doc, main.head) : main.to;
  if (state.readOnly || isVerbatim(state.doc, state.doc.lineAt(at).number)) return false;
  const label = freeLabel(state.doc.toString());
  const mark = `[^${label}]`;
  const { changes, selection, ...rest } = added(state, label, at);
  dispatch(state.update({ ...rest, changes: [{ from: at, insert: mark }, changes], selection: { anchor: selection.anchor + mark.length } }));
  return true;
};

/** The smallest number that no mark and no note has. */
export function freeLabel(text: string): string {
  const taken = new Set([...text.matchAll(MARK)].map(([, label]) => label));
  let next = 1;
  while (taken.has(String(next))) next++;
  return String(next);
}

/** An empty note `label` after the others, or at the end; `at` is the place of its mark. */
function added(state: EditorState, label: string, at: number) {
  const { doc } = state;
  const { position, isTight } = roomFor(doc, at);
  const insert = `${isTight ? "\n" : "\n\n"}[^${label}]: `;
  return { changes: { from: position, insert }, selection: { anchor: position + insert.length }, userEvent: "input.format", scrollIntoView: true };
}

function roomFor(doc: Text, at: number): { readonly position: number; readonly isTight: boolean } {
  for (let n = doc.lines; n > 0; n--) {
    if (!NOTE.test(doc.line(n).text) || isVerbatim(doc, n)) continue;
    const end = endOfNote(doc, n);
    // A note below its mark's place: the mark goes in first.
    if (end >= at) return { position: end, isTight: n > 1 && NOTE.test(doc.line(n - 1).text) };
    break;
  }
  const end = doc.toString().trimEnd().length;
  // Below code that nobody closed it would be code, too.
  const below = isVerbatim(doc, doc.lines) ? (paragraphAt(doc, at)?.to ?? doc.lineAt(at).to) : Math.max(end, at);
  return { position: below, isTight: false };
}

/** Where the note that begins in line `number` ends. */
function endOfNote(doc: Text, number: number): number {
  let end = doc.line(number).to;
  for (let n = number + 1; n <= doc.lines; n++) {
    const { text, to } = doc.line(n);
    if (GOES_ON.test(text)) end = to;
    else if (text.trim() !== "") break;
  }
  return end;
}

/** The label of the mark at `position`; null of a note's own. */
function labelAt({ doc }: EditorState, position: number): string | null {
  const line = doc.lineAt(position);
  for (const { 0: mark, 1: label, index } of line.text.matchAll(MARK)) {
    const isNote = index === NOTE.exec(line.text)?.[0].indexOf("[^");
    if (!isNote && position >= line.from + index && position <= line.from + index + mark.length) return label!;
  }
  return null;
}

function noteAround(doc: Text, position: number): string | null {
  for (let n = doc.lineAt(position).number; n > 0; n--) {
    const { text } = doc.line(n);
    const label = NOTE.exec(text)?.[1];
    if (label !== undefined) return endOfNote(doc, n) >= position ? label : null;
    if (text.trim() !== "" && !GOES_ON.test(text)) return null;
  }
  return null;
}

/** Where the words of the note begin. */
function noteOf(doc: Text, label: string): number | null {
  for (let n = 1; n <= doc.lines; n++) {
    const { text, from } = doc.line(n);
    const found = NOTE.exec(text);
    if (found?.[1] === label && !isVerbatim(doc, n)) return from + found[0].length;
  }
  return null;
}

/** Behind the first mark of the note. */
function markOf(doc: Text, label: string): number | null {
  for (let n = 1; n <= doc.lines; n++) {
    const { text, from } = doc.line(n);
    if (!text.includes(`[^${label}]`) || isVerbatim(doc, n)) continue;
    const own = NOTE.exec(text)?.[0].length ?? 0;
    const at = text.indexOf(`[^${label}]`, own);
    if (at >= 0) return from + at + label.length + 3;
  }
  return null;
}
