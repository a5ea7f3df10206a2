/** Which lines of a text another one has otherwise. Looks only where the two share nothing; knows nothing of why. */

import type { Text } from "@codemirror/state";

export interface ChangedLines {
  /** The first of them, from 0. */
  readonly line: number;
  /** So many lines of the old text, at least one, are replaced. */
  readonly lines: number;
  /** By these. */
  readonly text: string;
}

export function changedLines(old: Text, now: Text): ChangedLines {
  const most = Math.min(old.lines, now.lines) - 1;
  const head = Math.min(most, alike(old, now, false));
  const tail = Math.min(most - head, alike(old, now, true));
  const text = now.sliceString(now.line(head + 1).from, now.line(now.lines - tail).to, "\n");
  return { line: head, lines: old.lines - head - tail, text };
}

/** How many lines at the start, or at the end, are the same; parts of the tree that both have are not looked into. */
function alike(a: Text, b: Text, fromEnd: boolean): number {
  if (a === b) return a.lines;
  if (!a.children || !b.children) return alikeByLine(a, b, fromEnd);
  const most = Math.min(a.children.length, b.children.length);
  let lines = 0;
  for (let i = 0; i < most; i++) {
    const [one, other] = [nth(a.children, i, fromEnd), nth(b.children, i, fromEnd)];
    const same = alike(one, other, fromEnd);
    lines += same;
    if (same < one.lines || same < other.lines) break;
  }
  return lines;
}

function alikeByLine(a: Text, b: Text, fromEnd: boolean): number {
  const most = Math.min(a.lines, b.lines);
  const line = (text: Text, i: number) => text.line(fromEnd ? text.lines - i : i + 1).text;
  let same = 0;
  while (same < most && line(a, same) === line(b, same)) same++;
  return same;
}

function nth(children: readonly Text[], i: number, fromEnd: boolean): Text {
  return children[fromEnd ? children.length - 1 - i : i]!;
}
