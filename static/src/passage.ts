/** What of the text the model gets to read for a question about a part of it. Knows no question. */

import type { Text } from "@codemirror/state";

import type { Range } from "./paragraph";

export interface Passage {
  readonly selection: string;
  readonly before: string;
  readonly after: string;
}

const BEFORE = 4_000;
const AFTER = 1_000;
/** The text before begins a whole number of these into the document: what the server counts from there is in step. */
export const GRID = 1_024;

/** `range` of the text, cut to `most` units, and what stands around it. */
export function passage(doc: Text, { from, to }: Range, most = Infinity): Passage {
  return {
    selection: textAfter(doc, from, Math.min(to - from, most)),
    before: textBefore(doc, from),
    after: textAfter(doc, to, AFTER),
  };
}

/** BEFORE units or somewhat more, beginning where it began a key ago, and never inside a character. */
function textBefore(doc: Text, position: number): string {
  const start = Math.max(0, Math.floor((position - BEFORE) / GRID) * GRID);
  const text = doc.sliceString(start, position);
  return /^[\udc00-\udfff]/.test(text) ? text.slice(1) : text;
}

/** Up to `most` units, never ending inside a character. */
function textAfter(doc: Text, position: number, most: number): string {
  const end = position + most;
  const text = doc.sliceString(position, Math.min(doc.length, end));
  return end < doc.length && /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
