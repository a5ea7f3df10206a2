/** Which changes of a proposal turn a fact, so that the writer looks at them. Knows no editor and no server. */

import type { Change } from "./diff";
import type { Flag, Unit } from "./protocol";

const SAID: Record<Flag["kind"], string> = {
  number: "Number",
  date: "Date",
  name: "Name",
  quotation: "Quotation",
  negation: "Negation",
};

/** `Number changed: 7 → 8` */
export function describeFlag({ kind, before, after }: Flag): string {
  if (!before) return `${SAID[kind]} added: ${after}`;
  return after ? `${SAID[kind]} changed: ${before} → ${after}` : `${SAID[kind]} lost: ${before}`;
}

/**
 * `changes` of `source` with what each turns. A flag belongs to the change of its unit that has its words, else to all
 * of that unit: one that cannot be placed must not go unseen.
 */
export function flagged(source: string, changes: readonly Change[], units: readonly Unit[]): Change[] {
  const marks = new Map<Change, string[]>();
  let at = 0;
  for (const unit of units) {
    const start = Math.max(source.indexOf(unit.source, at), at);
    const end = unit.source ? start + unit.source.length : source.length;
    const inside = changes.filter((change) => change.from >= start && change.to <= end);
    for (const flag of unit.flags ?? []) {
      const guilty = inside.filter((change) => turns(change, source, flag));
      for (const change of guilty.length > 0 ? guilty : inside) {
        marks.set(change, [...(marks.get(change) ?? []), describeFlag(flag)]);
      }
    }
    if (unit.source) at = end;
  }
  return changes.map((change) => {
    const reasons = marks.get(change);
    return reasons ? { ...change, flag: [...new Set(reasons)].join("; ") } : change;
  });
}

/** Whether `change` touches the words that the flag says are gone, or brings those that it says are new. */
function turns(change: Change, source: string, { before, after }: Flag): boolean {
  if (after !== "" && change.insert.includes(after)) return true;
  for (let at = source.indexOf(before); before && at >= 0; at = source.indexOf(before, at + 1)) {
    if (at < change.to && change.from < at + before.length) return true;
  }
  return false;
}
