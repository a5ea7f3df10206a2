/** What changed between two texts, word by word. Knows nothing of documents or editors. */

/** Replace `from..to` of the source by `insert`; positions are UTF-16 units. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** What of it somebody should look at. */
  readonly flag?: string;
}

/** Beyond this many characters on both sides together, paragraphs are paired before their words are. */
const LARGE = 10_000;
/** A comparison that needs more insertions and deletions than this is reported as one change. */
const MOST_EDITS = 1_500;
/** Changes longer than this together swallow a short word that happens to stand between them. */
const LONG = 24;

const TOKEN =
  /https?:\/\/[^\s<>()[\]]+|\s+|[\p{L}\p{N}\p{M}'’]+|\p{RI}\p{RI}|[^\s\p{L}\p{N}](?:[\p{M}\p{EMod}]|\u200d\p{So})*/gu;

/** The changes that turn `source` into `answer`, in order, never touching each other. */
export function diffWords(source: string, answer: string): Change[] {
  const changes =
    source.length + answer.length > LARGE ? byParagraph(source, answer) : byWord(source, answer, false);
  return readable(source, changes);
}

/**
 * The same for an answer that is still arriving. The source's tail that the answer has not reached is free:
 * it counts as pending, not as deleted.
 */
export function diffStreaming(source: string, answer: string): Change[] {
  const changes =
    source.length + answer.length > LARGE ? pairParagraphs(source, answer) : byWord(source, answer, true);
  const last = changes.at(-1);
  // Half a word that the source goes on with is most likely that word: showing it would flicker.
  if (last?.from === last?.to && last && source.startsWith(last.insert, last.from)) changes.pop();
  return readable(source, changes);
}

/** The text after `changes`. */
export function applyChanges(source: string, changes: readonly Change[]): string {
  let text = "";
  let at = 0;
  for (const change of changes) {
    text += source.slice(at, change.from) + change.insert;
    at = change.to;
  }
  return text + source.slice(at);
}

/** `a[from..to]` stands against `b[start..end]`. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

function byWord(source: string, answer: string, openEnd: boolean): Change[] {
  return toChanges(source.match(TOKEN) ?? [], answer.match(TOKEN) ?? [], openEnd);
}

function toChanges(source: readonly string[], answer: readonly string[], openEnd: boolean): Change[] {
  const offsets = starts(source);
  return compare(source, answer, openEnd).map((span) => ({
    from: offsets[span.from]!,
    to: offsets[span.to]!,
    insert: answer.slice(span.start, span.end).join(""),
  }));
}

function byParagraph(source: string, answer: string): Change[] {
  const before = source.split(/(\n{2,})/);
  const after = answer.split(/(\n{2,})/);
  const offsets = starts(before);
  return compare(before, after, false).flatMap((span) => {
    const olds = before.slice(span.from, span.to);
    const news = after.slice(span.start, span.end);
    return olds.length === news.length
      ? pairs(olds, news, offsets[span.from]!, false)
      : shift(byWord(olds.join(""), news.join(""), false), offsets[span.from]!);
  });
}

function pairParagraphs(source: string, answer: string): Change[] {
  const before = source.split(/(\n{2,})/);
  const after = answer.split(/(\n{2,})/);
  if (after.length > before.length) return byWord(source, answer, true);
  return pairs(before.slice(0, after.length), after, 0, true);
}

/** Compare pieces one to one; with `openEnd` the last answer is still arriving. */
function pairs(olds: readonly string[], news: readonly string[], offset: number, openEnd: boolean): Change[] {
  let at = offset;
  return olds.flatMap((old, i) => {
    const found = old === news[i] ? [] : shift(byWord(old, news[i]!, openEnd && i === olds.length - 1), at);
    at += old.length;
    return found;
  });
}

function shift(changes: readonly Change[], by: number): Change[] {
  return changes.map((change) => ({ ...change, from: change.from + by, to: change.to + by }));
}

function starts(tokens: readonly string[]): number[] {
  const offsets = [0];
  for (const token of tokens) offsets.push(offsets.at(-1)! + token.length);
  return offsets;
}

function compare(a: readonly string[], b: readonly string[], openEnd: boolean): Span[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const room = Math.min(a.length, b.length) - head;
  if (!openEnd) while (tail < room && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const middleA = a.slice(head, a.length - tail);
  const middleB = b.slice(head, b.length - tail);
  if (middleB.length === 0 && (openEnd || middleA.length === 0)) return [];
  const spans = shortestEdits(middleA, middleB, openEnd) ?? [
    { from: 0, to: openEnd ? 0 : middleA.length, start: 0, end: middleB.length },
  ];
  return spans.map((s) => ({ from: s.from + head, to: s.to + head, start: s.start + head, end: s.end + head }));
}

/**
 * Myers' greedy algorithm ("An O(ND) Difference Algorithm"). With `openEnd` it stops as soon as the whole of `b`
 * is consumed, whatever is left of `a`. Null when more than MOST_EDITS edits would be needed.
 */
function shortestEdits(a: readonly string[], b: readonly string[], openEnd: boolean): Span[] | null {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const furthest = new Int32Array(2 * most + 3);
  const at = (k: number) => k + most + 1;
  const history: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    let finish: number | null = null;
    for (let k = -d; k <= d; k += 2) {
      if (k < -b.length || k > a.length) continue;
      let x = comesFromInsertion(furthest, at, k, d) ? furthest[at(k + 1)]! : furthest[at(k - 1)]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[at(k)] = x;
      // Of several ways to finish with as many edits, the last consumes most of the source: most words matched.
      if (x - k >= b.length && x <= a.length && (openEnd || x >= a.length)) finish = k;
    }
    history.push(furthest.slice(at(-d - 1), at(d + 1) + 1));
    if (finish !== null) return trace(history, finish);
  }
  return null;
}

function comesFromInsertion(furthest: Int32Array, at: (k: number) => number, k: number, d: number): boolean {
  return k === -d || (k !== d && furthest[at(k - 1)]! < furthest[at(k + 1)]!);
}

/** Walk back from the end of `b` on diagonal `k`, joining neighbouring edits into spans. */
function trace(history: readonly Int32Array[], k: number): Span[] {
  const spans: Span[] = [];
  for (let d = history.length - 1; d > 0; d--) {
    const previous = history[d - 1]!;
    const at = (diagonal: number) => diagonal + d;
    const inserted = comesFromInsertion(previous, at, k, d);
    const before = inserted ? k + 1 : k - 1;
    const fromX = previous[at(before)]!;
    const toX = inserted ? fromX : fromX + 1;
    push(spans, { from: fromX, to: toX, start: fromX - before, end: toX - k });
    k = before;
  }
  return spans.reverse();
}

function push(spans: Span[], earlier: Span): void {
  const next = spans.at(-1);
  if (next && next.from === earlier.to && next.start === earlier.end) {
    spans[spans.length - 1] = { ...next, from: earlier.from, start: earlier.start };
  } else {
    spans.push(earlier);
  }
}

/** Join changes that only a space, a mark or, in a longer rewrite, a short word keeps apart; those of two lines or cells stay two. */
function readable(source: string, changes: readonly Change[]): Change[] {
  const joined: Change[] = [];
  for (const change of changes) {
    const last = joined.at(-1);
    const gap = last ? source.slice(last.to, change.from) : "";
    if (last && belongTogether(last, change, gap)) {
      joined[joined.length - 1] = { from: last.from, to: change.to, insert: last.insert + gap + change.insert };
    } else {
      joined.push(change);
    }
  }
  return joined;
}

function belongTogether(left: Change, right: Change, gap: string): boolean {
  if (/[\n|]/.test(gap)) return false;
  const letters = gap.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters === 0 || (letters <= 3 && size(left) + size(right) > LONG);
}

function size(change: Change): number {
  return change.to - change.from + change.insert.length;
}
