/** The status line: whether the text is safe on disk, and how long it is. */

import type { EditorState } from "@codemirror/state";

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
const FRONT_MATTER = /^---\n[\s\S]*?\n(?:---|\.\.\.)(?:\n|$)/;
/** Adults read silently at about this many words a minute (Brysbaert 2019). */
const PER_MINUTE = 238;

export function countWords(text: string): number {
  const prose = text.replace(FRONT_MATTER, "").replace(/\]\([^)\s]*\)/g, "] ");
  const dense = prose.match(DENSE)?.length ?? 0;
  return dense + (prose.replace(DENSE, " ").match(WORD)?.length ?? 0);
}

/** `1,204 words · 5 min`, or `12 of 1,204 words` while some are selected. */
export function describeLength(words: number, selected: number): string {
  const all = `${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}`;
  if (selected > 0) return `${selected.toLocaleString("en")} of ${all}`;
  return words < PER_MINUTE / 2 ? all : `${all} · ${Math.max(1, Math.round(words / PER_MINUTE))} min`;
}

/** Counting a long text takes longer than a key may, so it waits for a pause. */
const PAUSE = 250;

/** Keeps `element` saying how long the text is. */
export function createLength(element: HTMLElement, state: () => EditorState): { changed(): void } {
  let timer: number | undefined;
  const count = () => {
    const { doc, selection } = state();
    const selected = selection.ranges.map(({ from, to }) => doc.sliceString(from, to)).join(" ");
    element.textContent = describeLength(countWords(doc.toString()), countWords(selected));
  };
  return {
    changed() {
      window.clearTimeout(timer);
      timer = window.setTimeout(count, PAUSE);
    },
  };
}
