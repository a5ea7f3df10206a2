/** What may be wrong in the block at the caret: underlined while the writer types, and put right by key or pointer. */

import { type EditorState, type Extension, Prec, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, type ViewUpdate } from "@codemirror/view";

import type { Checked } from "./english";
import { recall, remember } from "./memory";
import type { MenuContent, MenuItem } from "./menu";
import type { Clock } from "./pace";
import { paragraphAt, type Range } from "./paragraph";
import { proposalField, proposalsOf } from "./proposal";
import type { FromPage, Problem, ProblemsFound } from "./protocol";

/** A problem where it stands now. */
export interface Underline extends Range {
  readonly isWord: boolean;
  readonly message: string;
  readonly suggestions: readonly string[];
}

interface Underlines {
  readonly all: readonly Underline[];
  /** Whether the last change was typed: then the word at the caret is not finished. */
  readonly typing: boolean;
  /** Whether this page's underlines stand for the browser's own. */
  readonly checked: boolean;
}

export interface UnderlineParts {
  readonly clock: Clock;
  view(): EditorView;
  send(message: FromPage): boolean;
  /** What the page knows the open document by. */
  document(): string | null;
  /** False while the text cannot be written. */
  isFree(): boolean;
  /** Whose English the open document is, or that it is not to be checked. */
  english(doc: Text): Checked;
  /** Put a word into the writer's dictionary; whether that worked. */
  learn(word: string): Promise<boolean>;
  open(content: MenuContent): void;
  announce(sentence: string): void;
}

export interface Underlining {
  readonly extension: Extension;
  readonly isOn: boolean;
  use(on: boolean): void;
  updated(update: ViewUpdate): void;
  received(message: ProblemsFound): void;
  /** Another document stands in the editor, or the connection is new. */
  restart(): void;
  /** Fix the problem at the caret, or go to the next one; false where there is none. */
  fix(): boolean;
  /** What a menu at `position` offers. */
  fixesAt(position: number): readonly MenuItem[];
}

/** Milliseconds without a key after which the writer has paused. */
const PAUSE = 350;
/** Units round the block: enough to tell a language by. */
const AROUND = 1_500;
const LONGEST_BLOCK = 20_000;
const IGNORED = "meai-ignored:";
const MOST_IGNORED = 500;
const OFF_NOW = "Underlining problems is off; the AI menu switches it on.";
const OFF_HERE = "The spelling of this document is not checked; “Spelling…” changes that.";
const NOT_YET = "This paragraph is still being checked.";
const NOTHING = "Nothing in this paragraph looks wrong.";
const NOT_ENGLISH = "Only English prose is checked here; your browser may check other languages.";
const NONE: Underlines = { all: [], typing: false, checked: false };

export const setUnderlines = StateEffect.define<Pick<Underlines, "all" | "checked">>();

export const underlinesField = StateField.define<Underlines>({
  create: () => NONE,
  update(now, transaction) {
    let { all, typing, checked } = now;
    if (transaction.docChanged) {
      typing = transaction.isUserEvent("input.type") || transaction.isUserEvent("delete");
      all = carried(all, transaction.changes.mapPos.bind(transaction.changes), (from, to) => touches(transaction.changes, from, to));
    } else if (transaction.selection) typing = false;
    for (const effect of transaction.effects) {
      if (effect.is(setUnderlines)) ({ all, checked } = effect.value);
    }
    return all === now.all && typing === now.typing && checked === now.checked ? now : { all, typing, checked };
  },
  provide: (field) => [
    EditorView.decorations.compute([field, proposalField, "selection"], (state) => decorations(state, seen(state))),
    Prec.high(EditorView.contentAttributes.compute([field], (state) => ({ spellcheck: String(!state.field(field).checked) }))),
  ],
});

/** The underlines that are shown: none where a suggestion is open, which says better what is wrong there. */
function seen(state: EditorState): Underlines {
  const now = state.field(underlinesField, false) ?? NONE;
  const open = proposalsOf(state);
  return open.length === 0 ? now : { ...now, all: now.all.filter(({ from, to }) => !open.some((each) => each.from < to && from < each.to)) };
}

/** The underline that holds `position`, or ends there. */
export function underlineAt(state: EditorState, position: number): Underline | null {
  return seen(state).all.find(({ from, to }) => from <= position && position <= to) ?? null;
}

/** Where the document has `problems`; those that it has no more are left out. */
export function located(doc: Text, problems: readonly Problem[]): Underline[] {
  return problems.flatMap(({ line, text, nth, is_word: isWord, message, suggestions }) => {
    if (line >= doc.lines || text === "") return [];
    const { from, text: whole } = doc.line(line + 1);
    let at = whole.indexOf(text);
    for (let i = 0; i < nth && at >= 0; i++) at = whole.indexOf(text, at + 1);
    return at < 0 ? [] : [{ from: from + at, to: from + at + text.length, isWord, message, suggestions }];
  });
}

export function createUnderlines(parts: UnderlineParts): Underlining {
  let isOn = true;
  let version = 0;
  let isWaiting = false;
  /** The document that the newest question was about. */
  let asked: Text | null = null;
  let block: Range | null = null;
  let timer: number | null = null;

  const state = () => parts.view().state;
  const ignored = () => new Set((recall(IGNORED + parts.document()) ?? "").split("\n").filter(Boolean));

  const show = (all: readonly Underline[], checked: boolean) => {
    const now = state().field(underlinesField, false);
    if (!now || (now.all.length === 0 && all.length === 0 && now.checked === checked)) return;
    parts.view().dispatch({ effects: setUnderlines.of({ all, checked }) });
  };

  const clear = () => {
    version++;
    isWaiting = false;
    asked = block = null;
    show([], false);
  };

  const ask = () => {
    timer = null;
    if (!isOn || !parts.isFree()) return clear();
    const { doc, selection } = state();
    const dialect = parts.english(doc);
    if (dialect === "off") return clear();
    const here = paragraphAt(doc, selection.main.head);
    if (!here || here.to - here.from > LONGEST_BLOCK) return clear();
    const around = doc.sliceString(Math.max(0, here.from - AROUND), here.from) + doc.sliceString(here.to, here.to + AROUND);
    // With the mark that opens it: what is found is counted from the beginning of its line.
    const first = doc.lineAt(here.from);
    const text = doc.sliceString(first.from, here.to);
    if (!parts.send({ type: "proofread", version: ++version, line: first.number - 1, text, around: around, dialect })) return;
    isWaiting = true;
    asked = doc;
    block = here;
  };

  const soon = () => {
    if (timer !== null) parts.clock.cancel(timer);
    timer = parts.clock.after(PAUSE, ask);
  };

  const drop = (gone: (underline: Underline) => boolean) => {
    const { all, checked } = state().field(underlinesField);
    show(all.filter((underline) => !gone(underline)), checked);
  };

  const replace = ({ from, to }: Underline, insert: string) => {
    const { doc } = state();
    // A word taken out takes the blank before it along.
    const start = insert === "" && doc.sliceString(from - 1, from) === " " && /^(?:\s|[.,;:!?]|$)/.test(doc.sliceString(to, to + 1)) ? from - 1 : from;
    parts.view().dispatch({
      changes: { from: start, to, insert },
      selection: { anchor: start + insert.length },
      userEvent: "input.correct",
      scrollIntoView: true,
    });
    parts.view().focus();
  };

  const ignore = (word: string) => {
    remember(IGNORED + parts.document(), [...ignored(), word].slice(-MOST_IGNORED).join("\n"));
    drop(({ from, to }) => state().sliceDoc(from, to) === word);
    parts.view().focus();
  };

  const learn = (word: string) => {
    parts.view().focus();
    void parts.learn(word).then((done) => done && drop(({ from, to }) => state().sliceDoc(from, to) === word));
  };

  const fixes = (underline: Underline): MenuItem[][] => {
    const word = state().sliceDoc(underline.from, underline.to);
    const put = underline.suggestions.map((other) => ({ label: other === "" ? `Take out “${shown(word)}”` : other, run: () => replace(underline, other) }));
    const keep = [{ label: "Ignore in this document", run: () => ignore(word) }];
    if (underline.isWord) keep.push({ label: `Add “${shown(word)}” to the dictionary`, run: () => learn(word) });
    return [put, keep];
  };

  const openAt = (underline: Underline) => {
    const word = shown(state().sliceDoc(underline.from, underline.to));
    parts.open({ label: `Corrections of ${word}`, note: plain(underline.message), groups: fixes(underline) });
  };

  return {
    extension: underlinesField,
    get isOn() {
      return isOn;
    },
    use(on) {
      if (isOn === on) return;
      isOn = on;
      if (isOn) soon();
      else clear();
    },
    updated({ docChanged, selectionSet, state: { selection } }) {
      if (!isOn) return;
      const { head } = selection.main;
      if (docChanged) return soon();
      // Only the block that is being written in is marked.
      if (selectionSet && (!block || head < block.from || block.to < head)) soon();
    },
    received({ version: answered, checked, problems }) {
      if (answered !== version) return;
      isWaiting = false;
      if (!isOn || asked !== state().doc) return;
      const known = ignored();
      const found = located(state().doc, problems);
      show(found.filter(({ from, to }) => !known.has(state().sliceDoc(from, to))), checked);
    },
    restart() {
      clear();
      if (isOn) soon();
    },
    fix() {
      const here = underlineAt(state(), state().selection.main.head);
      if (here) {
        openAt(here);
        return true;
      }
      const { all, checked } = seen(state());
      const next = all.find(({ from }) => from > state().selection.main.head) ?? all[0];
      if (!next) {
        parts.announce(!isOn ? OFF_NOW : parts.english(state().doc) === "off" ? OFF_HERE : isWaiting || timer !== null ? NOT_YET : checked ? NOTHING : NOT_ENGLISH);
        return true;
      }
      parts.view().dispatch({ selection: { anchor: next.to }, scrollIntoView: true });
      openAt(next);
      return true;
    },
    fixesAt(position) {
      const here = underlineAt(state(), position);
      return here ? fixes(here).flat() : [];
    },
  };
}

function carried(
  all: readonly Underline[],
  map: (position: number, side: number) => number,
  isTouched: (from: number, to: number) => boolean,
): readonly Underline[] {
  return all.filter(({ from, to }) => !isTouched(from, to)).map((underline) => ({ ...underline, from: map(underline.from, 1), to: map(underline.to, -1) }));
}

function touches(changes: { touchesRange(from: number, to?: number): boolean | "cover" }, from: number, to: number): boolean {
  return changes.touchesRange(from, to) !== false;
}

const WORD = Decoration.mark({ class: "misspelled", attributes: { "aria-invalid": "spelling" } });
const RULE = Decoration.mark({ class: "questionable", attributes: { "aria-invalid": "grammar" } });

function decorations({ selection: { main } }: EditorState, { all, typing }: Underlines): DecorationSet {
  const unfinished = ({ from, to }: Underline) => typing && main.empty && from <= main.head && main.head <= to;
  return Decoration.set(
    all.filter((underline) => !unfinished(underline)).map(({ from, to, isWord }) => (isWord ? WORD : RULE).range(from, to)),
    true,
  );
}

/** Harper's sentences are Markdown; of that they use code marks and emphasis. */
function plain(message: string): string {
  return message.replace(/[`*]([^`*]+)[`*]/g, "“$1”");
}

const LONGEST_SHOWN = 30;

function shown(word: string): string {
  return word.length <= LONGEST_SHOWN ? word : `${word.slice(0, LONGEST_SHOWN - 1)}…`;
}
