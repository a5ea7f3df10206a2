/** Changes by the sentence that they are in. Knows no proposals. */

import type { Text } from "@codemirror/state";

import type { Change } from "./diff";
import { blockAt, type Range } from "./paragraph";

/** A sentence, and of some changes those that are in it. */
export interface Sentence extends Range {
  readonly changes: readonly Change[];
}

const SENTENCES = new Intl.Segmenter(undefined, { granularity: "sentence" });
const ROW = /^[\s>]*\|/;

/** `changes` of `passage`, which are in order, sentence by sentence; what of a sentence is beyond the passage is left out. */
export function bySentence(doc: Text, passage: Range, changes: readonly Change[]): readonly Sentence[] {
  const found: { from: number; to: number; changes: Change[] }[] = [];
  for (const change of changes) {
    const last = found.at(-1);
    const sentence = last && change.from < last.to ? last : sentenceAt(doc, change.from);
    if (last && sentence.from === last.from) last.changes.push(change);
    else found.push({ ...sentence, changes: [change] });
  }
  return found.map(({ from, to, changes: inside }) => {
    const end = from + doc.sliceString(from, to).trimEnd().length;
    return { from: Math.max(from, passage.from), to: Math.max(Math.min(end, passage.to), inside.at(-1)!.to), changes: inside };
  });
}

/** The sentence at `position` with the white space behind it; it may go on in the next line, but in a table it does not. */
function sentenceAt(doc: Text, position: number): Range {
  const line = doc.lineAt(position);
  const { from, to } = (ROW.test(line.text) ? null : blockAt(doc, position)) ?? line;
  const text = doc.sliceString(from, to).replaceAll("\n", " ");
  // What is put behind the last sentence belongs to it.
  const inside = Math.max(0, Math.min(position - from, text.length - 1));
  const { index, segment } = SENTENCES.segment(text).containing(inside) ?? { index: 0, segment: "" };
  return { from: from + index, to: from + index + segment.length };
}
