/** A document as headings and what stands below each. Knows nothing of how that is shown. */

import { isolateHistory } from "@codemirror/commands";
import { ensureSyntaxTree, syntaxTree, syntaxTreeAvailable } from "@codemirror/language";
import type { EditorState, Text, TransactionSpec } from "@codemirror/state";

export interface Heading {
  readonly level: number;
  /** Its words without marks. */
  readonly title: string;
  /** Where its line begins. */
  readonly from: number;
}

export interface Section {
  readonly from: number;
  readonly to: number;
}

const HEADING = /^(?:ATX|Setext)Heading([1-6])$/;
const HOLDS_NONE = /^(?:Paragraph|FencedCode|CodeBlock|HTMLBlock|CommentBlock|Table|BulletList|OrderedList|Blockquote|Frontmatter)$/;

/**
 * The headings of the document itself, not of its quotations and lists, in order. Reads for `patience` milliseconds at
 * most; null when that was not enough: what was read is kept for the next time.
 */
export function headingsOf(state: EditorState, patience: number): Heading[] | null {
  const tree = ensureSyntaxTree(state, state.doc.length, patience);
  if (tree === null) return null;
  const headings: Heading[] = [];
  tree.iterate({
    enter({ name, from, to }) {
      const level = HEADING.exec(name)?.[1];
      if (level) headings.push({ level: Number(level), title: titleOf(state.sliceDoc(from, to)), from: state.doc.lineAt(from).from });
      return !level && !HOLDS_NONE.test(name);
    },
  });
  return headings;
}

/** Whether `headingsOf` would answer at once. */
export function isRead(state: EditorState): boolean {
  return syntaxTreeAvailable(state, state.doc.length) && syntaxTree(state).length >= state.doc.length;
}

function titleOf(source: string): string {
  return source
    .replace(/^ {0,3}#{1,6}(?:[ \t]+|$)/, "")
    .replace(/\n *(?:=+|-+)[ \t]*$|[ \t]+#+[ \t]*$/, "")
    .replace(/\[\^[^\]]*\]/g, "")
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replace(/(\*{1,3}|~~|`+)(.+?)\1/g, "$2")
    .replace(/(?<![\p{L}\p{N}])(_{1,3})(?=\S)(.+?)\1(?![\p{L}\p{N}])/gu, "$2")
    .replace(/<[^>]*>/g, "")
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** The heading at `index` with all below it, up to the next of its rank. */
export function sectionAt(doc: Text, headings: readonly Heading[], index: number): Section {
  const { level, from } = headings[index]!;
  const next = headings.slice(index + 1).find((heading) => heading.level <= level);
  return { from, to: next?.from ?? Math.max(from, endOf(doc)) };
}

/** Notes and link addresses that close a document belong to all of it. */
function endOf(doc: Text): number {
  let end = doc.length;
  for (let n = doc.lines; n > 0; n--) {
    const { text, from } = doc.line(n);
    if (/^ {0,3}\[[^\]]+\]:/.test(text)) end = from;
    else if (/\S/.test(text) && !/^(?: {2,}|\t)/.test(text)) break;
  }
  return end;
}

/** The index of the heading that `position` is below; -1 above the first. */
export function indexAt(headings: readonly Heading[], position: number): number {
  return headings.findLastIndex(({ from }) => from <= position);
}

/** The nearest heading of the same rank, under the same one: `by` 1 below, -1 above; null where there is none. */
export function siblingOf(headings: readonly Heading[], index: number, by: 1 | -1): number | null {
  const { level } = headings[index]!;
  for (let at = index + by; headings[at]; at += by) {
    if (headings[at]!.level < level) return null;
    if (headings[at]!.level === level) return at;
  }
  return null;
}

export interface Move {
  readonly spec: TransactionSpec;
  /** Where the section begins afterwards. */
  readonly at: number;
}

/**
 * The section at `index` put before the one at `target`, or at the end for `headings.length`; null where it stands there.
 * No character goes; where two passages would run into each other an empty line comes between them.
 */
export function moved(state: EditorState, headings: readonly Heading[], index: number, target: number): Move | null {
  const { doc } = state;
  const own = sectionAt(doc, headings, index);
  const place = headings[target]?.from ?? Math.max(own.to, endOf(doc));
  if (place >= own.from && place <= own.to) return null;
  const other = place < own.from ? { from: place, to: own.from } : { from: own.to, to: place };
  const [section, passage] = [halves(doc, own), halves(doc, other)];
  // The blank lines stay where they are: the document ends as it did.
  const isUp = place < own.from;
  const gap = parted(isUp ? passage.gap : section.gap);
  const changes = isUp
    ? [{ from: other.from, insert: lead(doc, other.from) + section.words + gap }, { from: own.from - passage.gap.length, to: own.from + section.words.length }]
    : [{ from: own.from, to: other.from, insert: lead(doc, own.from) }, { from: other.from + passage.words.length, insert: gap + section.words }];
  const start = isUp ? other.from + lead(doc, other.from).length : own.from + lead(doc, own.from).length + passage.words.length + gap.length;
  const inside = state.selection.main.head - own.from;
  const isHere = inside >= 0 && inside <= section.words.length;
  const selection = { anchor: start + (isHere ? inside : 0) };
  return { spec: { changes, selection, annotations: isolateHistory.of("full"), userEvent: "move.section", scrollIntoView: true }, at: start };
}

interface Halves {
  readonly words: string;
  /** The white space at its end. */
  readonly gap: string;
}

function halves(doc: Text, { from, to }: Section): Halves {
  const text = doc.sliceString(from, to);
  const words = text.trimEnd();
  return { words, gap: text.slice(words.length) };
}

/** At least an empty line. */
function parted(gap: string): string {
  const breaks = gap.split("\n").length - 1;
  return breaks >= 2 ? gap : gap + "\n".repeat(2 - breaks);
}

/** What keeps a heading apart from a line right above it. */
function lead(doc: Text, position: number): string {
  const before = doc.sliceString(Math.max(0, position - 200), position);
  return before === "" || /\n[ \t]*\n$|^[ \t]*\n$/.test(before) ? "" : "\n";
}
