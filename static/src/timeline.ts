/** When a revision was saved, in the words of a person, and what it changed. Knows nothing of the page. */

import type { Change } from "./diff";
import type { Revision } from "./protocol";

export interface Day {
  /** `Today`, `Yesterday`, `Friday`, `3 October`. */
  readonly title: string;
  readonly revisions: readonly Revision[];
}

/** A stretch of a comparison; what is `same` stands in both texts. */
export interface Piece {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Within a week a weekday says which day is meant. */
const WEEK = 6;

/** `revisions`, the newest first, by the days of this machine. */
export function byDay(revisions: readonly Revision[], now = new Date()): Day[] {
  const days: { title: string; revisions: Revision[] }[] = [];
  for (const revision of revisions) {
    const title = describeDay(new Date(revision.saved), now);
    const last = days.at(-1);
    if (last?.title === title) last.revisions.push(revision);
    else days.push({ title, revisions: [revision] });
  }
  return days;
}

export function describeDay(day: Date, now = new Date()): string {
  const ago = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago <= WEEK) return day.toLocaleDateString("en", { weekday: "long" });
  const year = day.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return day.toLocaleDateString("en-GB", { day: "numeric", month: "long", ...year });
}

export function describeTime(moment: Date): string {
  return moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** `today 14:03`, for the middle of a sentence. */
export function describeMoment(utc: string, now = new Date()): string {
  const moment = new Date(utc);
  const day = describeDay(moment, now);
  const word = day === "Today" || day === "Yesterday" ? day.toLowerCase() : day;
  return `${word} ${describeTime(moment)}`;
}

/** The comparison of `source` with what `changes` make of it, from its start to its end. */
export function piecesOf(source: string, changes: readonly Change[]): Piece[] {
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], text: string) => text && pieces.push({ kind, text });
  let at = 0;
  for (const { from, to, insert } of changes) {
    add("same", source.slice(at, from));
    add("removed", source.slice(from, to));
    add("added", insert);
    at = to;
  }
  add("same", source.slice(at));
  return pieces;
}

/** `same` stretches of more lines than `most` with their middle left out; `text` is then empty and `lines` says how many. */
export function shortened(pieces: readonly Piece[], around = 3): (Piece & { readonly lines: number })[] {
  return pieces.flatMap((piece, i) => {
    const whole = { ...piece, lines: 0 };
    if (piece.kind !== "same") return [whole];
    const lines = piece.text.split("\n");
    const head = i === 0 ? 0 : around;
    const tail = i === pieces.length - 1 ? 0 : around;
    const left = lines.length - head - tail;
    if (left < 2 * around) return [whole];
    const before = lines.slice(0, head).join("\n") + (head > 0 ? "\n" : "");
    const after = (tail > 0 ? "\n" : "") + lines.slice(lines.length - tail).join("\n");
    return [
      ...(before ? [{ ...piece, text: before, lines: 0 }] : []),
      { ...piece, text: lines.slice(head, lines.length - tail).join("\n"), lines: left },
      ...(after && tail > 0 ? [{ ...piece, text: after, lines: 0 }] : []),
    ];
  });
}

function midnight(day: Date): number {
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}
