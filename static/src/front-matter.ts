/**
 * What the YAML at a document's start says of it, and how one value of it is changed: that value's own characters and
 * no others. Knows nothing of the page.
 */

import { isMap, isScalar, isSeq, type Pair, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";

export const FIELDS = ["title", "subtitle", "date", "tags", "summary"] as const;
export type Field = (typeof FIELDS)[number];

/** Each field's keys, of which the first is written where there is none. */
const KEYS: Record<Field, readonly string[]> = {
  title: ["title"],
  subtitle: ["subtitle"],
  date: ["date"],
  tags: ["tags", "keywords"],
  summary: ["summary", "description"],
};

export interface Problem {
  /** Of the document, from 0. */
  readonly line: number;
  /** A sentence. */
  readonly text: string;
}

export interface FrontMatter {
  /** Tags are separated by commas. */
  readonly values: Readonly<Record<Field, string>>;
  /** Written in a way that only the writer can change, in the text. */
  readonly fixed: ReadonlySet<Field>;
  /** What keeps all of it from being read. */
  readonly problem: Problem | null;
}

export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

interface Block {
  /** Where the first line after the opening one begins. */
  readonly from: number;
  readonly source: string;
}

const REASONS: Record<string, string> = {
  BLOCK_AS_IMPLICIT_KEY: "a value with a colon in it needs quotation marks",
  DUPLICATE_KEY: "its key stands there twice",
  MISSING_CHAR: "something is missing, such as a closing quotation mark",
  TAB_AS_INDENT: "it begins with a tab, and only blanks may stand there",
};

const OPENS = /^---[ \t]*(?:\n|$)/;
const CLOSES = /^(?:---|\.\.\.)[ \t]*(?:\n|$)/m;
/** As the server has it: a line of dashes that opens no list of keys is a ruler. */
const KEY = /^(?:\s|#.*)*(?:[^\s\-#:"'`[\]{}*&!|>%@][^\n:]*|"[^"\n]*"|'[^'\n]*')[ \t]*:(?:[ \t\n]|$)/;
const OPTIONS = { schema: "failsafe", logLevel: "silent" } as const;

function blockOf(text: string): Block | null {
  const from = OPENS.exec(text)?.[0].length;
  const length = from === undefined ? -1 : (CLOSES.exec(text.slice(from))?.index ?? -1);
  if (from === undefined || length < 0) return null;
  const source = text.slice(from, from + length);
  return source.trim() === "" || KEY.test(source) ? { from, source } : null;
}

/** Where the front matter of `text` ends; 0 where it has none. */
export function endOfBlock(text: string): number {
  const block = blockOf(text);
  return block ? block.from + block.source.length : 0;
}

export function readFrontMatter(text: string): FrontMatter {
  const block = blockOf(text);
  const { map, problem } = block ? mapOf(block.source) : { map: null, problem: null };
  const values = {} as Record<Field, string>;
  const fixed = new Set<Field>();
  for (const field of FIELDS) {
    const pair = map && pairOf(map, field);
    const value = pair ? valueOf(pair, field, block!.source) : "";
    values[field] = value ?? "";
    if (value === null) fixed.add(field);
  }
  return { values, fixed, problem };
}

function mapOf(source: string): { readonly map: YAMLMap | null; readonly problem: Problem | null } {
  const document = parseDocument(source, OPTIONS);
  const [error] = document.errors;
  if (error) {
    const line = error.linePos?.[0].line ?? 1;
    const reason = REASONS[error.code] ?? error.message.replace(/ at line \d[\s\S]*$/, "").replace(/[.:]$/, "");
    return { map: null, problem: { line, text: `Line ${line + 1} cannot be read, so this form cannot help: ${reason}. Mend it in the text.` } };
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.source === "")) return { map: null, problem: null };
  if (isMap(contents) && !contents.flow) return { map: contents as YAMLMap, problem: null };
  return { map: null, problem: { line: 1, text: "The front matter is not a list of keys, each on a line of its own; it can only be changed in the text." } };
}

function pairOf(map: YAMLMap, field: Field): Pair | null {
  for (const key of KEYS[field]) {
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value).toLowerCase() === key);
    if (pair) return pair;
  }
  return null;
}

/** Null where it is not for a form to change. */
function valueOf(pair: Pair, field: Field, source: string): string | null {
  const { value } = pair;
  if (value === null) return "";
  if (isScalar(value)) return isPlainly(value, source) ? String(value.value ?? "") : null;
  const items = field === "tags" && isSeq(value) ? itemsOf(value, source) : null;
  return items && items.map((item) => item.value).join(", ");
}

function isPlainly(value: Scalar, source: string): boolean {
  const [from, to] = value.range!;
  return !value.anchor && !value.tag && !/^BLOCK/.test(value.type ?? "") && !/[\n]/.test(source.slice(from, to)) && !String(value.value ?? "").includes("\n");
}

interface Item {
  readonly value: string;
  /** Its own characters; in a list of lines the whole line. */
  readonly source: string;
}

function itemsOf(list: YAMLSeq, source: string): readonly Item[] | null {
  const items: Item[] = [];
  for (const item of list.items) {
    if (!isScalar(item) || !isPlainly(item, source) || String(item.value).includes(",")) return null;
    const [from, to] = item.range!;
    items.push({ value: String(item.value), source: list.flow ? source.slice(from, to) : lineAround(source, from) });
  }
  const [from, to] = list.range!;
  const between = list.items.reduceRight<string>((rest, item) => rest.slice(0, (item as Scalar).range![0] - from) + rest.slice((item as Scalar).range![1] - from), source.slice(from, to));
  if (list.anchor || list.tag || (list.flow && !/^[[\], \t]*$/.test(between))) return null;
  // Lines between the items that are none, such as comments, would have no place of their own.
  if (!list.flow && source.slice(startOfLine(source, from), endOfLine(source, lastOf(list))).split("\n").length !== items.length) return null;
  return items;
}

function lastOf(list: YAMLSeq): number {
  const last = list.items.at(-1);
  return isScalar(last) ? last.range![1] : list.range![1];
}

function startOfLine(source: string, at: number): number {
  return source.lastIndexOf("\n", at - 1) + 1;
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

function lineAround(source: string, at: number): string {
  return source.slice(startOfLine(source, at), endOfLine(source, at));
}

/**
 * What makes `field` say `value`, in one line; null where nothing is to be done or it can only be done in the text. Every
 * other character stays: comments, the order of keys, keys that are not ours, and how a value is quoted.
 */
export function changeOf(text: string, field: Field, value: string): Change | null {
  const wanted = field === "tags" ? tagsIn(value).join(", ") : value.replace(/\s+/g, " ").trim();
  const before = readFrontMatter(text);
  if (before.problem || before.fixed.has(field) || before.values[field] === wanted) return null;
  const block = blockOf(text);
  if (block === null) return { from: 0, to: 0, insert: `---\n${KEYS[field][0]}: ${written(wanted, field)}\n---\n${text === "" || text.startsWith("\n") ? "" : "\n"}` };
  const { map } = mapOf(block.source);
  const pair = map && pairOf(map, field);
  const raw = pair ? replaced(block.source, pair, wanted, field) : added(block.source, map, wanted, field);
  const change = raw && smallest(block.source, raw);
  const result = change && block.source.slice(0, change.from) + change.insert + block.source.slice(change.to);
  return change && holds(block.source, result!, field, wanted) ? { from: block.from + change.from, to: block.from + change.to, insert: change.insert } : null;
}

export function tagsIn(value: string): string[] {
  return [...new Set(value.split(",").map((tag) => tag.replace(/\s+/g, " ").trim()))].filter(Boolean);
}

function replaced(source: string, { key, value }: Pair, wanted: string, field: Field): Change {
  const colon = source.indexOf(":", (key as Scalar).range![1]) + 1;
  if (isSeq(value)) return listed(source, value, wanted);
  const [from, to] = isScalar(value) && value.source !== "" && value.range ? value.range : [colon, colon];
  if (from === to) return { from: colon, to: colon, insert: ` ${written(wanted, field)}` };
  const type = isScalar(value) ? value.type : "PLAIN";
  if (type === "QUOTE_SINGLE") return { from, to, insert: `'${wanted.replaceAll("'", "''")}'` };
  if (type === "QUOTE_DOUBLE") return { from, to, insert: doubleQuoted(wanted) };
  // The blank goes with the value, and comes back with the next.
  return wanted === "" ? { from: colon, to, insert: "" } : { from, to, insert: field === "tags" ? plainOr(wanted) : written(wanted, field) };
}

/** A list keeps what is written of the tags that stay. */
function listed(source: string, list: YAMLSeq, wanted: string): Change {
  const old = itemsOf(list, source)!;
  const tags = tagsIn(wanted);
  const kept = (tag: string) => old.find((item) => item.value === tag)?.source;
  if (list.flow) {
    const [from, to] = list.range!;
    const [, lead = "", tail = ""] = /^\[(\s*)[\s\S]*?(\s*)\]$/.exec(source.slice(from, to)) ?? [];
    return { from, to, insert: tags.length === 0 ? "[]" : `[${lead}${tags.map((tag) => kept(tag) ?? inList(tag)).join(", ")}${tail}]` };
  }
  const from = startOfLine(source, list.range![0]);
  const to = endOfLine(source, lastOf(list));
  const dash = /^\s*-\s+/.exec(old[0]!.source)![0];
  if (tags.length === 0) return { from: from - 1, to, insert: " []" };
  return { from, to, insert: tags.map((tag) => kept(tag) ?? dash + plainOr(tag)).join("\n") };
}

/** A line of its own, after the field that comes before this one, else at the end; a title comes first. */
function added(source: string, map: YAMLMap | null, wanted: string, field: Field): Change | null {
  const line = `${KEYS[field][0]}: ${written(wanted, field)}\n`;
  for (const earlier of FIELDS.slice(0, FIELDS.indexOf(field)).reverse()) {
    const pair = map && pairOf(map, earlier);
    if (!pair) continue;
    const end = Math.max((pair.key as Scalar).range![1], rangeEnd(pair.value));
    const at = source[end - 1] === "\n" ? end : endOfLine(source, end) + 1;
    return at > source.length ? { from: source.length, to: source.length, insert: `\n${line.trimEnd()}` } : { from: at, to: at, insert: line };
  }
  const at = field === "title" ? 0 : source.length;
  return { from: at, to: at, insert: line };
}

function rangeEnd(value: unknown): number {
  if (isSeq(value) && !value.flow) return lastOf(value);
  return (value as Scalar | null)?.range?.[1] ?? 0;
}

function written(value: string, field: Field): string {
  if (field === "tags") return `[${tagsIn(value).map(inList).join(", ")}]`;
  return field === "date" && /^\d{4}-\d\d-\d\d$/.test(value) ? value : plainOr(value);
}

/** Plain where every reader takes it for these very words, else in quotation marks. */
function plainOr(value: string): string {
  return isRead(`k: ${value}\n`, value) ? value : doubleQuoted(value);
}

function inList(tag: string): string {
  return isRead(`[${tag}]`, tag) ? tag : doubleQuoted(tag);
}

function isRead(source: string, value: string): boolean {
  // YAML before 1.2 has more words that are no text.
  if (/^(?:y|n|yes|no|on|off|~)$|^[\d.+-]/i.test(value)) return false;
  const { contents, errors, warnings } = parseDocument(source, { logLevel: "silent" });
  const values = isMap(contents) ? contents.items.map((pair) => pair.value) : isSeq(contents) ? contents.items : [];
  const [only] = values;
  return errors.length + warnings.length === 0 && values.length === 1 && isScalar(only) && only.value === value;
}

function doubleQuoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replace(/[\x00-\x1f\x7f\x85\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
}

/** The same without what stays as it is at both ends. */
function smallest(source: string, { from, to, insert }: Change): Change | null {
  const old = source.slice(from, to);
  let head = 0;
  while (head < Math.min(old.length, insert.length) && old[head] === insert[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, insert.length) - head && old.at(-1 - tail) === insert.at(-1 - tail)) tail++;
  return head === old.length && head === insert.length ? null : { from: from + head, to: to - tail, insert: insert.slice(head, insert.length - tail) };
}

/** Whether the field says what is wanted now, and every other key what it said. */
function holds(before: string, after: string, field: Field, wanted: string): boolean {
  const [old, now] = [mapOf(before), mapOf(after)];
  const pair = now.map && pairOf(now.map, field);
  if (now.problem || !pair || valueOf(pair, field, after) !== wanted) return false;
  const others = (map: YAMLMap | null) => JSON.stringify((map?.items ?? []).filter((item) => !KEYS[field].includes(String((item.key as Scalar).value).toLowerCase())));
  return others(old.map) === others(now.map);
}
