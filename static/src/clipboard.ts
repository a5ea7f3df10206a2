/** What a paste or a drop means, by what it holds and where it goes. Knows nothing of the page, the editor or the server. */

import { gridOf, tableOf, writeTable } from "./table";

/** A file as far as its name and its type tell. */
export interface Named {
  readonly name: string;
  readonly type: string;
}

/** What is on the clipboard, in all its forms. */
export interface Clip<F extends Named> {
  readonly text: string;
  readonly html: string;
  readonly files: readonly F[];
  /** The language of what was copied from a code editor; null where none says so. */
  readonly language: string | null;
}

export interface Around {
  /** The writer asked for words alone. */
  readonly plain: boolean;
  /** It goes into code or front matter. */
  readonly verbatim: boolean;
  /** It goes into a table. */
  readonly table: boolean;
  /** What it would take the place of. */
  readonly selected: string;
}

/** `words`: as the editor pastes text by itself. `markdown`: this, in their place. `cells`: these, over a table’s. `rich`: what the HTML comes to. */
export type Meaning<F extends Named> =
  | { readonly kind: "words" }
  | { readonly kind: "markdown"; readonly text: string }
  | { readonly kind: "cells"; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "rich" }
  | { readonly kind: "files"; readonly files: readonly F[] };

const URL_ALONE = /^(?:https?:\/\/|mailto:)[^\s<>]+$/i;
const FORMATTED =
  /<(?:a\s[^>]*href|b|strong|i|em|s|del|strike|h[1-6]|p|ul|ol|table|img|pre|code|blockquote|hr|sup|sub|math|iframe|figure)\b|font-weight:\s*(?:bold|[6-9]00)|font-style:\s*italic|line-through/i;
/** What no mere box of text has. */
const STRUCTURED = /<(?:a\s[^>]*href|b|strong|i|em|h[1-6]|ul|ol|table|img|blockquote)\b/i;
const MARKDOWN_LINE = /^(?:#{1,6} |[-*+] |\d+\. |> |```|\|.*\|)|\]\([^)\s]+\)|\*\*[^*]+\*\*/;
/** Code editors are written in, too: there, these are words. */
const PROSE = new Set(["markdown", "plaintext", "text", "mdx", "asciidoc", "restructuredtext"]);

export function meaningOf<F extends Named>(clip: Clip<F>, { plain, verbatim, table, selected }: Around): Meaning<F> {
  const { text, html, files, language } = clip;
  // Office programs add a picture of what they have put there as words.
  if (files.length > 0 && !hasWords(html)) return { kind: "files", files };
  if (plain || verbatim) return { kind: "words" };
  const grid = language === null ? gridOf(text) : null;
  if (grid !== null && table) return { kind: "cells", rows: grid };
  const link = linked(selected, text.trim());
  if (link !== null) return { kind: "markdown", text: link };
  if (language !== null) return PROSE.has(language) ? { kind: "words" } : { kind: "markdown", text: asCode(text, language) };
  if (FORMATTED.test(html) && !isMarkdown(text, html)) return { kind: "rich" };
  // A spreadsheet that tells no HTML.
  if (grid !== null && grid.length > 1) return { kind: "markdown", text: writeTable(tableOf(grid)).join("\n") };
  return { kind: "words" };
}

/** Whether `file` is shown in a document rather than made one. */
export function isPicture({ name, type }: Named): boolean {
  return type.startsWith("image/") || /\.(?:png|jpe?g|gif|webp|avif|svg|bmp|heic|tiff?)$/i.test(name);
}

/** An address over words makes them a link. */
function linked(words: string, address: string): string | null {
  const fits = words.trim() !== "" && !/\n|\]\(/.test(words) && !URL_ALONE.test(words.trim());
  if (!fits || !URL_ALONE.test(address)) return null;
  const [, before, inner, after] = /^(\s*)(.*?)(\s*)$/.exec(words)!;
  return `${before}[${inner}](${address.replace(/[()]/g, escaped)})${after}`;
}

function escaped(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function asCode(text: string, language: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  if (!text.trim().includes("\n")) {
    const fence = "`".repeat(longest + 1);
    const pad = longest > 0 ? " " : "";
    return `${fence}${pad}${text.trim()}${pad}${fence}`;
  }
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text.replace(/\r\n?/g, "\n").replace(/^\n+|\s+$/g, "")}\n${fence}`;
}

/** Source that was copied out of a box that shows it, as it is. */
function isMarkdown(text: string, html: string): boolean {
  if (STRUCTURED.test(html)) return false;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const marked = lines.filter((line) => MARKDOWN_LINE.test(line)).length;
  return marked > 0 && marked * 4 >= lines.length;
}

function hasWords(html: string): boolean {
  return /\S/.test(html.replace(/<(style|script|title)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>|&nbsp;/gi, ""));
}

const BLOCK = /^(?:#{1,6} |[-*+] |\d+[.)] |> |```|~~~|\||---$|\*\*\*$|\[\^[^\]]+\]: )|\n[ \t]*\n/;

/** What stands on both sides of a place in the document. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** `text` with the empty lines that keep its blocks apart from the lines above and below; words go right between words. */
export function fitted(text: string, { before, after }: Sides, isBlock = BLOCK.test(text.replace(/\n+$/, ""))): string {
  const inside = text.replace(/\n+$/, "");
  return isBlock ? above(before) + inside + below(after) : inside;
}

/** Whether a picture stands by itself there: not amid the words of a line, in a list, a quotation or a table. */
export function standsAlone({ before, after }: Sides): boolean {
  const head = before.slice(before.lastIndexOf("\n") + 1);
  const [tail = ""] = after.split("\n", 1);
  return !(head.trim() && tail.trim()) && !/^\s*(?:[-*+>|]|\d+[.)]\s)/.test(head + tail);
}

function above(before: string): string {
  if (before.trim() === "" || /\n[^\S\n]*\n[^\S\n]*$/.test(before)) return "";
  return /\n[^\S\n]*$/.test(before) ? "\n" : "\n\n";
}

function below(after: string): string {
  if (after.trim() === "" || /^[^\S\n]*\n[^\S\n]*\n/.test(after)) return "";
  return /^[^\S\n]*\n/.test(after) ? "\n" : "\n\n";
}

/** `text`, its footnotes numbered on from those that the document has. */
export function renumbered(text: string, document: string): string {
  const taken = new Set([...document.matchAll(/\[\^([^\]\s]+)\]/g)].map(([, label]) => label!));
  const own = new Set([...text.matchAll(/^\[\^(\d+)\]: /gm)].map(([, label]) => label!));
  if (![...own].some((label) => taken.has(label))) return text;
  let next = 0;
  const to = new Map<string, string>();
  for (const label of own) {
    do next++;
    while (taken.has(String(next)));
    to.set(label, String(next));
  }
  return text.replace(/\[\^(\d+)\]/g, (whole, label: string) => (to.has(label) ? `[^${to.get(label)}]` : whole));
}
