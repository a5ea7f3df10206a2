/** Two versions of one text made one again. Knows nothing of documents or editors; positions are UTF-16 units. */

import { applyChanges, type Change, diffWords } from "./diff";

/** A stretch of the merged text: settled, or whole lines that both sides wrote differently. */
export type Passage =
  | { readonly kind: "settled"; readonly text: string }
  | { readonly kind: "open"; readonly mine: string; readonly theirs: string };

export type Pick = "mine" | "theirs" | "both";

/**
 * What becomes of `base`, which one side made to `mine` and the other to `theirs`. Changes that neither overlap nor
 * touch each other are all taken, the same change on both sides once; around any others the lines stay open.
 */
export function merge(base: string, mine: string, theirs: string): Passage[] {
  const changes = [
    ...diffWords(base, mine).map((change) => region(change, "mine")),
    ...diffWords(base, theirs).map((change) => region(change, "theirs")),
  ];
  return passages(base, regions(base, changes));
}

/** Every difference of two texts as open lines: for texts whose common beginning is not known. */
export function compare(mine: string, theirs: string): Passage[] {
  const changes = diffWords(mine, theirs).map((change) => ({ ...region(change, "theirs"), certain: true }));
  return passages(mine, regions(mine, changes));
}

/** The text of `all` once each open passage is decided, in their order; null while one is not. */
export function settle(all: readonly Passage[], picks: readonly (Pick | null)[] = []): string | null {
  let next = 0;
  let text = "";
  for (const passage of all) {
    const pick = passage.kind === "open" ? picks[next++] : null;
    if (passage.kind === "open" && !pick) return null;
    text += passage.kind === "settled" ? passage.text : picked(passage, pick!);
  }
  return text;
}

/** `base[from..to]` and what each side made of it. */
interface Region {
  readonly from: number;
  readonly to: number;
  readonly mine: readonly Change[];
  readonly theirs: readonly Change[];
  /** Open even where one side alone changed it. */
  readonly certain: boolean;
}

function region(change: Change, side: "mine" | "theirs"): Region {
  return { from: change.from, to: change.to, mine: [], theirs: [], certain: false, [side]: [change] };
}

/** Joins what touches; what is then open grows to whole lines, which may touch more. */
function regions(base: string, changes: readonly Region[]): Region[] {
  let found = join(changes);
  for (;;) {
    const grown = join(found.map((each) => (isOpen(base, each) ? toLines(base, each) : each)));
    if (grown.length === found.length && grown.every((each, i) => spans(each, found[i]!))) return grown;
    found = grown;
  }
}

function spans(a: Region, b: Region): boolean {
  return a.from === b.from && a.to === b.to;
}

function join(all: readonly Region[]): Region[] {
  const joined: Region[] = [];
  for (const next of all.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = joined.at(-1);
    if (last && next.from <= last.to) joined[joined.length - 1] = both(last, next);
    else joined.push(next);
  }
  return joined;
}

function both(left: Region, right: Region): Region {
  return {
    from: left.from,
    to: Math.max(left.to, right.to),
    mine: inOrder(left.mine, right.mine),
    theirs: inOrder(left.theirs, right.theirs),
    certain: left.certain || right.certain,
  };
}

/** A region that grew may begin before another and have its changes after that one's. */
function inOrder(some: readonly Change[], others: readonly Change[]): Change[] {
  return [...some, ...others].sort((a, b) => a.from - b.from);
}

function isOpen(base: string, each: Region): boolean {
  if (each.certain) return true;
  return each.mine.length > 0 && each.theirs.length > 0 && side(base, each, each.mine) !== side(base, each, each.theirs);
}

function toLines(base: string, each: Region): Region {
  const end = base.indexOf("\n", each.to);
  return { ...each, from: base.slice(0, each.from).lastIndexOf("\n") + 1, to: end < 0 ? base.length : end };
}

function side(base: string, { from, to }: Region, changes: readonly Change[]): string {
  return applyChanges(
    base.slice(from, to),
    changes.map((change) => ({ ...change, from: change.from - from, to: change.to - from })),
  );
}

function passages(base: string, all: readonly Region[]): Passage[] {
  const made: Passage[] = [];
  const settled = (text: string) => {
    const last = made.at(-1);
    if (last?.kind === "settled") made[made.length - 1] = { kind: "settled", text: last.text + text };
    else if (text !== "") made.push({ kind: "settled", text });
  };
  let at = 0;
  for (const each of all) {
    settled(base.slice(at, each.from));
    const mine = side(base, each, each.mine);
    const theirs = side(base, each, each.theirs);
    if (isOpen(base, each)) made.push({ kind: "open", mine, theirs });
    else settled(each.mine.length > 0 ? mine : theirs);
    at = each.to;
  }
  settled(base.slice(at));
  return made;
}

/** Lines of a list, a table or a quotation go on each other's next line; anything else is a paragraph of its own. */
const ROW = /^\s*(?:[-*+]|\d+[.)]|\||>)(?:\s|$)/;

function picked({ mine, theirs }: { readonly mine: string; readonly theirs: string }, pick: Pick): string {
  if (pick !== "both") return pick === "mine" ? mine : theirs;
  if (mine === "" || theirs === "") return mine + theirs;
  return mine + (ROW.test(mine) && ROW.test(theirs) ? "\n" : "\n\n") + theirs;
}
