/** Which text an action means when nothing is selected. Knows Markdown by its lines only. */

import type { Text } from "@codemirror/state";

export interface Range {
  readonly from: number;
  readonly to: number;
}

const QUOTE = /^\s*(?:>\s?)+/;
const MARKER = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?|^\[\^[^\]]+\]:\s+/;
const HEADING = /^ {0,3}#{1,6}(?:\s+|$)/;
const RULE = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+\s*)$/;
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });
const FENCE = /^\s*(`{3,}|~{3,})/;

/**
 * The whole paragraph around `position`, above and below it: bounded by a blank line, a heading, a rule, a list
 * marker or a code fence, without the mark that opens it. Null on a blank line, in code and in front matter.
 */
export function paragraphAt(doc: Text, position: number): Range | null {
  return isVerbatim(doc, doc.lineAt(position).number) ? null : blockAt(doc, position);
}

/** The same where it is known that this is no code and no front matter. */
export function blockAt(doc: Text, position: number): Range | null {
  const here = doc.lineAt(position).number;
  const words = (n: number) => doc.line(n).text.replace(QUOTE, "");
  if (isBoundary(words(here)) && !HEADING.test(words(here))) return null;
  let first = here;
  let last = here;
  if (!HEADING.test(words(here))) {
    while (first > 1 && !MARKER.test(words(first)) && !isBoundary(words(first - 1))) first--;
    while (last < doc.lines && !MARKER.test(words(last + 1)) && !isBoundary(words(last + 1))) last++;
  }
  return trimmed(doc, { from: doc.line(first).from + markLength(doc.line(first).text), to: doc.line(last).to });
}

/** Where text can be inserted without parting a word: `position`, or the end of the word that it is inside of. */
export function outsideWord(doc: Text, position: number): number {
  const line = doc.lineAt(position);
  const word = WORDS.segment(line.text).containing(position - line.from);
  const start = line.from + (word?.index ?? 0);
  return word?.isWordLike && start < position ? start + word.segment.length : position;
}

/** `range` without the white space at its ends; null when nothing else is in it. */
export function trimmed(doc: Text, range: Range): Range | null {
  const text = doc.sliceString(range.from, range.to);
  const from = range.from + text.length - text.trimStart().length;
  const to = range.to - (text.length - text.trimEnd().length);
  return from < to ? { from, to } : null;
}

function isBoundary(line: string): boolean {
  return line.trim() === "" || HEADING.test(line) || RULE.test(line) || FENCE.test(line);
}

function markLength(line: string): number {
  const quote = QUOTE.exec(line)?.[0].length ?? 0;
  const rest = line.slice(quote);
  return quote + ((HEADING.exec(rest) ?? MARKER.exec(rest))?.[0].length ?? 0);
}

/** Whether line `target` is front matter or fenced code. */
export function isVerbatim(doc: Text, target: number): boolean {
  let fence: string | null = null;
  let frontMatter = false;
  let number = 0;
  for (const line of doc.iterLines(1, target + 1)) {
    number++;
    if (number === 1 && line.trimEnd() === "---") {
      frontMatter = true;
    } else if (frontMatter) {
      if (/^(?:---|\.\.\.)\s*$/.test(line)) {
        frontMatter = false;
        if (number === target) return true;
      }
    } else {
      const mark = FENCE.exec(line.replace(QUOTE, ""))?.[1];
      if (fence === null) fence = mark ?? null;
      else if (mark?.startsWith(fence)) {
        fence = null;
        if (number === target) return true;
      }
    }
  }
  return frontMatter || fence !== null;
}
