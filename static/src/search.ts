/** Finding a document by its name, at once, and by what stands in it, as the server answers. Knows nothing of documents. */

import type { Result } from "./api";
import { h } from "./dom";
import type { Range } from "./paragraph";
import type { Found, SearchAnswer } from "./protocol";
import { folderOf, titleOf } from "./tree";

export interface SearchParts {
  readonly input: HTMLInputElement;
  readonly found: HTMLElement;
  /** Says in words how the search goes. */
  readonly status: HTMLElement;
  /** Stands there while nothing is sought. */
  readonly instead: HTMLElement;
}

export interface SearchTasks {
  names(): readonly string[];
  /** The one before is of no use any more when `signal` says so. */
  search(words: string, signal: AbortSignal): Promise<Result<SearchAnswer>>;
  /** `hit` is null where the document's name was meant. */
  open(name: string, hit: Found | null): void;
  /** Down and out of the box, while nothing is sought. */
  leave(): void;
}

export interface Search {
  /** Put the caret into the box. */
  open(): void;
}

/** Nobody reads results between two keys. */
const PAUSE = 150;
const MOST_NAMES = 30;
/** So much of a line before the match leaves the match in sight. */
const MOST_BEFORE = 28;

export function createSearch({ input, found, status, instead }: SearchParts, tasks: SearchTasks): Search {
  let timer: number | undefined;
  let asked: AbortController | null = null;
  let active = 0;

  const options = () => [...found.querySelectorAll<HTMLElement>("[role=option]")];

  const activate = (index: number) => {
    const all = options();
    active = Math.min(all.length - 1, Math.max(0, index));
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    const option = all[active];
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const show = (words: string, hits: readonly Found[], state: string) => {
    const names = namesLike(tasks.names(), words).slice(0, MOST_NAMES);
    const groups = [namesGroup(names, words, tasks.open), hitsGroup(hits, tasks.open)].filter((group) => group !== null);
    found.replaceChildren(...groups);
    options().forEach((option, i) => (option.id = `found-${i}`));
    status.textContent = state || (groups.length === 0 ? "Nothing found." : "");
    status.hidden = status.textContent === "";
    activate(active);
  };

  const seek = async (words: string) => {
    asked = new AbortController();
    const { signal } = asked;
    const result = await tasks.search(words, signal);
    if (signal.aborted) return;
    if (!result.ok) return show(words, [], result.failure.message);
    const { results, more } = result.value;
    show(words, results.filter(({ line }) => line !== null), more ? "There is more: write another word." : "");
  };

  const changed = () => {
    window.clearTimeout(timer);
    asked?.abort();
    const words = input.value.trim();
    const seeking = words !== "";
    instead.hidden = seeking;
    found.hidden = !seeking;
    input.setAttribute("aria-expanded", String(seeking));
    active = 0;
    if (!seeking) {
      found.replaceChildren();
      status.hidden = true;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    show(words, [], "Looking into the texts…");
    timer = window.setTimeout(() => void seek(words), PAUSE);
  };

  const clear = () => {
    input.value = "";
    changed();
  };

  const keys: Record<string, () => void> = {
    ArrowDown: () => (found.hidden ? tasks.leave() : activate(active + 1)),
    ArrowUp: () => activate(active - 1),
    Enter: () => options()[active]?.click(),
  };

  input.addEventListener("input", changed);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && input.value) clear();
    else if (keys[event.key]) keys[event.key]!();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    open() {
      input.focus();
      input.select();
    },
  };
}

/** The names in which each of `words` is found, the likeliest first: at a title's start, at a word's, anywhere. */
export function namesLike(names: readonly string[], words: string): string[] {
  const wanted = folded(words).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const rank = (name: string) => {
    const path = folded(name);
    if (!wanted.every((word) => path.includes(word))) return null;
    const title = folded(titleOf(name));
    if (title.startsWith(wanted[0]!)) return 0;
    return title.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted[0]!)) ? 1 : 2;
  };
  return names
    .map((name) => ({ name, rank: rank(name) }))
    .filter((found): found is { name: string; rank: number } => found.rank !== null)
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}

/** Where `words` are found in `text`; none touches another. */
export function matchesIn(text: string, words: string): Range[] {
  const { letters, starts } = unaccented(text);
  const spans = folded(words)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => ({ at: letters.indexOf(word), length: word.length }))
    .filter(({ at }) => at >= 0)
    .map(({ at, length }) => ({ from: starts[at]!, to: starts[at + length] ?? text.length }))
    .sort((a, b) => a.from - b.from);
  return spans.filter((span, i) => i === 0 || span.from >= spans[i - 1]!.to);
}

/** The end of what stands before a match, from a word's start. */
export function clipped(before: string): string {
  const start = before.trimStart();
  if (start.length <= MOST_BEFORE) return start;
  const end = start.slice(-MOST_BEFORE);
  const space = end.search(/\s/);
  return `…${space < 0 || space === end.length - 1 ? end.replace(/^[\udc00-\udfff]/, "") : end.slice(space + 1)}`;
}

const PLAIN = /^[\0-\x7f]*$/;

/** Without case and accents. */
function folded(text: string): string {
  return PLAIN.test(text) ? text.toLowerCase() : unaccented(text).letters;
}

/** `starts[i]` is where the sign of `text` begins that letter `i` was made of. */
function unaccented(text: string): { letters: string; starts: number[] } {
  let letters = "";
  const starts: number[] = [];
  let at = 0;
  for (const sign of text) {
    const plain = sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    for (let i = 0; i < plain.length; i++) starts.push(at);
    letters += plain;
    at += sign.length;
  }
  return { letters, starts };
}

type Open = SearchTasks["open"];

function namesGroup(names: readonly string[], words: string, open: Open): HTMLElement | null {
  if (names.length === 0) return null;
  const option = (name: string) => {
    const title = titleOf(name);
    const folder = folderOf(name);
    const label = h("span", { class: "open" }, ...marked(title, matchesIn(title, words)));
    const place = folder ? [h("small", {}, folder)] : [];
    return h("li", { role: "option", "data-name": name, title: name, click: () => open(name, null) }, label, ...place);
  };
  return group("Names", names.map(option));
}

function hitsGroup(hits: readonly Found[], open: Open): HTMLElement | null {
  if (hits.length === 0) return null;
  let last = "";
  const option = (hit: Found) => {
    const { name, line, before, match, after } = hit;
    const title = [h("span", { class: "open" }, titleOf(name)), h("small", {}, `Line ${(line ?? 0) + 1}`)];
    const snippet = h("span", { class: "snippet", dir: "auto" }, clipped(before), h("mark", {}, match), after);
    const first = name !== last;
    last = name;
    const attributes = { role: "option", class: first ? "hit first" : "hit", "data-name": name, title: name };
    return h("li", { ...attributes, click: () => open(name, hit) }, ...title, snippet);
  };
  return group("In the text", hits.map(option));
}

function group(label: string, options: readonly HTMLElement[]): HTMLElement {
  const title = h("li", { role: "presentation", class: "group-name", "aria-hidden": "true" }, label);
  return h("ul", { role: "group", "aria-label": label }, title, ...options);
}

function marked(text: string, spans: readonly Range[]): (Node | string)[] {
  const pieces: (Node | string)[] = [];
  let at = 0;
  for (const { from, to } of spans) {
    pieces.push(text.slice(at, from), h("mark", {}, text.slice(from, to)));
    at = to;
  }
  return [...pieces, text.slice(at)];
}
