/** When a revision was saved, in the words of a person, and what it changed. Knows nothing of the page. */

import type { Change } from "./diff";
import type { Revision } from "./protocol";

/** One or more revisions, told as one. */
export interface Entry {
  /** The last of them. */
  readonly revision: Revision;
  /** How many saves it stands for. */
  readonly saves: number;
  /** What stood before them; null where this is the beginning. */
  readonly before: Revision | null;
}

export interface Day {
  /** `Today`, `Yesterday`, `Friday`, `3 October`. */
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** A stretch of a comparison; what is `same` stands in both texts. */
export interface Piece {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** What is older than the last save by more than this is told by itself. */
const SITTING_MS = 20 * 60_000;
/** Within a week a weekday says which day is meant. */
const WEEK = 6;

/** Each of `revisions`, the newest first. */
export function every(revisions: readonly Revision[]): Entry[] {
  return revisions.map((revision, i) => ({ revision, saves: 1, before: revisions[i + 1] ?? null }));
}

/** The same, where saves that followed each other closely, and that nobody named, are one. */
export function bySitting(revisions: readonly Revision[]): Entry[] {
  const entries: Entry[] = [];
  for (const entry of every(revisions)) {
    const last = entries.at(-1);
    if (last && goesOn(entry.revision, last.revision)) {
      entries[entries.length - 1] = { ...last, saves: last.saves + 1, before: entry.before };
    } else {
      entries.push(entry);
    }
  }
  return entries;
}

/** By the days of this machine. */
export function byDay(entries: readonly Entry[], now = new Date()): Day[] {
  const days: { title: string; entries: Entry[] }[] = [];
  for (const entry of entries) {
    const title = describeDay(new Date(entry.revision.saved), now);
    const last = days.at(-1);
    if (last?.title === title) last.entries.push(entry);
    else days.push({ title, entries: [entry] });
  }
  return days;
}

const KINDS: Record<Revision["kind"], string> = {
  save: "",
  external: "Changed by another program",
  import: "As first opened",
  restore: "Restored",
  unsaved: "Never reached the disk",
};

/** What happened to it, beyond its words; empty for an ordinary save. */
export function describeKind({ kind }: Revision): string {
  return KINDS[kind];
}

/** `12 added, 3 removed`; of several saves only how the length has changed, since what is typed and deleted again adds up. */
export function describeWords({ revision, saves, before }: Entry): string {
  if (before === null) return plural(revision.words);
  const by = revision.words - before.words;
  if (saves > 1) return by === 0 ? "As many words" : `${plural(Math.abs(by))} ${by > 0 ? "more" : "fewer"}`;
  const parts = [
    ...(revision.added > 0 ? [`${revision.added.toLocaleString("en")} added`] : []),
    ...(revision.removed > 0 ? [`${revision.removed.toLocaleString("en")} removed`] : []),
  ];
  return parts.join(", ") || "The same words";
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

function goesOn(earlier: Revision, last: Revision): boolean {
  const isPlain = earlier.kind === "save" && earlier.label === null && last.kind === "save";
  const pause = Date.parse(last.saved) - Date.parse(earlier.saved);
  return isPlain && 0 <= pause && pause < SITTING_MS;
}

function plural(words: number): string {
  return `${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}`;
}

function midnight(day: Date): number {
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}
