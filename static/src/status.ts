/** The status line: whether the text is safe on disk, and how long it is. */

import { type EditorState, Text } from "@codemirror/state";

import type { SaveState } from "./saving";

const SAVE_WORDS: Record<SaveState["kind"], string> = {
  saved: "Saved",
  dirty: "Edited",
  saving: "Saving…",
  failed: "Not saved",
};

/** `isLocked`: the document is only read here, so nothing of it waits to be saved. */
export function showSaving(element: HTMLElement, state: SaveState, isLocked: boolean): void {
  element.dataset["state"] = state.kind;
  element.textContent = isLocked && state.kind === "saved" ? "Read only" : SAVE_WORDS[state.kind];
  element.classList.toggle("badge", isLocked && state.kind === "saved");
  element.title = state.kind === "failed" ? state.message : "";
}

const WORD = /[\p{L}\p{N}]+(?:['’\-‑][\p{L}\p{N}]+)*/gu;
/** Han, kana and Thai put no space between words; each sign of them counts, as word processors do. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;
/** Where links and pictures lead, marks of footnotes, and tags. */
const UNREAD = /\]\([^)\s]*(?: "[^"]*")?\)|\[\^[^\]]*\]|<\/?[a-z][^>]*>/gi;
const FRONT_MATTER = /^---\n[\s\S]*?\n(?:---|\.\.\.)(?:\n|$)/;
/** Adults read silently at about this many words a minute (Brysbaert 2019). */
const PER_MINUTE = 238;

export function countWords(text: string): number {
  const prose = text.replace(FRONT_MATTER, "").replace(UNREAD, " ");
  const dense = prose.match(DENSE)?.length ?? 0;
  return dense + (prose.replace(DENSE, " ").match(WORD)?.length ?? 0);
}

/** Versions of a text share what has not changed, so each part is counted once. */
const counted = new WeakMap<Text, number>();

/** The words of a whole document; after an edit only the part around it is read. */
export function wordsOf(doc: Text): number {
  const matter = frontMatterOf(doc);
  return matter === "" ? wordsIn(doc) : wordsIn(doc) - wordsIn(Text.of(matter.split("\n")));
}

function wordsIn(doc: Text): number {
  const known = counted.get(doc);
  if (known !== undefined) return known;
  const words = doc.children ? doc.children.reduce((sum, part) => sum + wordsIn(part), 0) : countWords(` ${doc}`);
  counted.set(doc, words);
  return words;
}

/** More than that is no front matter. */
const LONGEST_MATTER = 20_000;

function frontMatterOf(doc: Text): string {
  return FRONT_MATTER.exec(doc.sliceString(0, LONGEST_MATTER))?.[0] ?? "";
}

/** What readers see of these fields before they open a letter, and how much of it. */
const FIELDS: Record<string, string> = { title: "Title", subtitle: "Subtitle", subject: "Subject", description: "Description", preview: "Preview", preheader: "Preview" };

/** `Subject: 43 characters`, where the caret is in such a field of the front matter; else empty. */
export function describeField(doc: Text, head: number): string {
  const line = doc.lineAt(head);
  const found = /^([A-Za-z]+):[ \t]*(["']?)(.*?)\2[ \t]*$/.exec(line.text);
  const label = found && FIELDS[found[1]!.toLowerCase()];
  if (!label || line.from === 0 || line.to > frontMatterOf(doc).length) return "";
  return `${label}: ${characters(found[3]!)}`;
}

/** As a reader counts them: a flag or an accented letter is one. */
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Of more it is not said: counting them takes longer than a pause. */
const MOST_CHARACTERS = 20_000;

function characters(text: string): string {
  const count = [...GRAPHEMES.segment(text)].length;
  return `${count.toLocaleString("en")} ${count === 1 ? "character" : "characters"}`;
}

/** `1,204 words · 5 min`, or `12 of 1,204 words` while some are selected. */
export function describeLength(words: number, selected: number): string {
  const all = `${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}`;
  if (selected > 0) return `${selected.toLocaleString("en")} of ${all}`;
  return words < PER_MINUTE / 2 ? all : `${all} · ${Math.max(1, Math.round(words / PER_MINUTE))} min`;
}

/** It is read in pauses, so it need not change at every key. */
const PAUSE = 250;

/** `5 words · 31 characters`, or how long the text is, or the field of the front matter at the caret. */
export function describe({ doc, selection }: EditorState): string {
  const selected = selection.ranges.filter(({ empty }) => !empty).map(({ from, to }) => doc.sliceString(from, to)).join(" ");
  const length = describeLength(wordsOf(doc), countWords(selected));
  if (selected !== "") return selected.length > MOST_CHARACTERS ? length : `${length} · ${characters(selected)}`;
  return [describeField(doc, selection.main.head), length].filter(Boolean).join(" · ");
}

/** Keeps `element` saying how long the text is. */
export function createLength(element: HTMLElement, state: () => EditorState): { changed(): void } {
  let timer: number | undefined;
  return {
    changed() {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => (element.textContent = describe(state())), PAUSE);
    },
  };
}
