/** What mends a note of the report: another option, or a change of the text. Knows nothing of the page. */

import type { Change } from "./diff";
import type { Choice, Note } from "./protocol";

export type Fix =
  | { readonly kind: "option"; readonly name: string; readonly value: Choice }
  /** The writer is asked for words that take the place of `from` to `to`. */
  | { readonly kind: "words"; readonly from: number; readonly to: number; readonly title: string; readonly label: string; readonly value: string; readonly most?: number; written(words: string): string }
  | { readonly kind: "change"; readonly change: Change };

const OPTIONS: Record<string, readonly [string, Choice]> = {
  "table-picture": ["tables", "picture"],
  "table-list": ["tables", "list"],
  "table-code": ["tables", "code"],
  "embed-image": ["images", "embed"],
};
const MOST_SUBTITLE = 255;

/** What the page can do about `note` in `text`, at a target that heeds `choices` of which `chosen` are chosen; null: nothing. */
export function fixFor(
  note: Note,
  text: string,
  choices: Readonly<Record<string, readonly Choice[]>>,
  chosen: Readonly<Record<string, Choice>>,
): Fix | null {
  const option = OPTIONS[note.fix];
  if (option) {
    const [name, value] = option;
    const now = chosen[name] ?? choices[name]?.[0];
    return choices[name]?.includes(value) && now !== value ? { kind: "option", name, value } : null;
  }
  const line = note.line === null ? null : lineAt(text, note.line);
  if (note.fix === "shorten-subtitle") return subtitle(text);
  if (line === null) return null;
  if (note.fix === "add-alt") return description(line);
  if (note.fix === "replace-string") return filtered(line, note.message);
  return note.fix === "fix-heading" ? heading(text, line) : null;
}

interface Line {
  readonly from: number;
  readonly text: string;
}

function lineAt(text: string, number: number): Line | null {
  let from = 0;
  for (let i = 0; i < number; i++) {
    const end = text.indexOf("\n", from);
    if (end < 0) return null;
    from = end + 1;
  }
  const end = text.indexOf("\n", from);
  return { from, text: text.slice(from, end < 0 ? undefined : end) };
}

/** Where the subtitle's words stand in the front matter of `text`; null where it has none in one line. */
export function subtitleRange(text: string): { readonly from: number; readonly to: number; readonly words: string } | null {
  const head = /^---\n[\s\S]*?\n(?:---|\.\.\.)(?:\n|$)/.exec(text)?.[0] ?? "";
  const found = /^(?:subtitle|description|summary):[ \t]+(["']?)(.+?)\1[ \t]*$/im.exec(head);
  if (!found) return null;
  const from = found.index + found[0].indexOf(found[2]!, found[0].indexOf(":") + 1);
  return { from, to: from + found[2]!.length, words: found[2]! };
}

function subtitle(text: string): Fix | null {
  const range = subtitleRange(text);
  if (!range) return null;
  const { from, to, words: value } = range;
  const quote = text[from - 1];
  // A quotation mark in a quoted value would end it, and what has none must not begin to mean something.
  const written = (words: string) => (quote === '"' ? words.replace(/["\\]/g, "\\$&") : quote === "'" ? words.replace(/'/g, "''") : /^[^\w]|: | #|:$/.test(words) ? JSON.stringify(words) : words);
  return { kind: "words", from, to, title: "Shorten the subtitle", label: "Subtitle", value, most: MOST_SUBTITLE, written };
}

function description(line: Line): Fix | null {
  const found = /!\[[ \t]*\](?=[([])/.exec(line.text);
  if (!found) return null;
  const from = line.from + found.index + 2;
  const written = (words: string) => words.replace(/[[\]\\]/g, "\\$&");
  return { kind: "words", from, to: from + found[0].length - 3, title: "Describe the image", label: "What those who do not see it should know", value: "", written };
}

/** Thin spaces keep a path from being taken for an attack, and nobody takes it for one that can be typed. */
function filtered(line: Line, message: string): Fix | null {
  const quoted = /“(.+?)”/.exec(message)?.[1];
  const at = quoted === undefined ? -1 : line.text.indexOf(quoted);
  if (quoted === undefined || at < 0) return null;
  const value = quoted.includes("/") ? quoted.replaceAll("/", "\u2009/\u2009").trim() : quoted.replace(/\s+/g, " … ");
  const from = line.from + at;
  return { kind: "words", from, to: from + quoted.length, title: "Write it another way", label: `In the place of “${quoted}”`, value, written: (words) => words };
}

/** One rank below the heading above it. */
function heading(text: string, line: Line): Fix | null {
  const marks = /^ {0,3}(#{1,6})(?=\s)/.exec(line.text);
  if (!marks) return null;
  const above = text.slice(0, line.from).replace(/^(?:```|~~~)[\s\S]*?^(?:```|~~~)/gm, "");
  const last = [...above.matchAll(/^ {0,3}(#{1,6})\s/gm)].at(-1)?.[1]?.length ?? 1;
  if (marks[1]!.length <= last + 1) return null;
  const from = line.from + marks[0].length - marks[1]!.length;
  return { kind: "change", change: { from, to: from + marks[1]!.length, insert: "#".repeat(last + 1) } };
}
