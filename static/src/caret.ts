/** Grey text at the caret: how the sentence may go on. Beside the document until it is taken; asked for in a pause. */

import { syntaxTree } from "@codemirror/language";
import { type EditorState, type Extension, Prec, StateEffect, StateField, type Transaction } from "@codemirror/state";
import { Decoration, EditorView, keymap, type ViewUpdate, WidgetType } from "@codemirror/view";

import { h } from "./dom";
import type { Clock } from "./pace";
import { isVerbatim } from "./paragraph";
import { passage } from "./passage";
import type { FromPage, FromServer } from "./protocol";

/** What could be written at `at`. */
export interface Ghost {
  readonly at: number;
  readonly text: string;
}

export const showGhost = StateEffect.define<Ghost | null>();

export const ghostField = StateField.define<Ghost | null>({
  create: () => null,
  update(ghost, transaction) {
    for (const effect of transaction.effects) if (effect.is(showGhost)) return effect.value;
    return ghost && outlived(ghost, transaction);
  },
  provide: (field) =>
    EditorView.decorations.from(field, (ghost) =>
      ghost ? Decoration.set(Decoration.widget({ widget: new GhostWidget(ghost.text), side: 1 }).range(ghost.at)) : Decoration.none,
    ),
});

/** Typing its letters keeps the rest of it; whatever else moves text or caret ends it. */
function outlived(ghost: Ghost, transaction: Transaction): Ghost | null {
  if (!transaction.docChanged) return transaction.selection && !atCaret(transaction.state, ghost.at) ? null : ghost;
  let typed: string | null = null;
  transaction.changes.iterChanges((from, to, _start, _end, inserted) => {
    typed = typed === null && from === ghost.at && to === ghost.at ? inserted.toString() : "";
  });
  if (!typed || !ghost.text.startsWith(typed)) return null;
  const rest = ghost.text.slice((typed as string).length);
  return rest ? { at: ghost.at + (typed as string).length, text: rest } : null;
}

function atCaret({ selection: { main } }: EditorState, at: number): boolean {
  return main.empty && main.head === at;
}

class GhostWidget extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: GhostWidget): boolean {
    return this.text === other.text;
  }

  override toDOM(): HTMLElement {
    return h("span", { class: "ghost", "aria-hidden": "true" }, this.text);
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** The first word of a text, with the space before it. */
export function firstWord(text: string): string {
  return /^\s*\S+/u.exec(text)?.[0] ?? text;
}

const NO_PLACE = /Code|URL|Autolink|HTML|Comment|LinkReference|Table|Heading|Processing|FrontMatter/;
const ADDRESS = /(?:\w:\/\/|www\.|@)\S*$/;
const LEAST_WORDS = 3;

/** Whether a continuation may come unasked: at the end of a line of prose, after a space or a mark. */
export function isSensible(state: EditorState): boolean {
  const { main } = state.selection;
  if (!main.empty) return false;
  const line = state.doc.lineAt(main.head);
  const before = line.text.slice(0, main.head - line.from);
  const after = line.text.slice(main.head - line.from);
  if (after.trim() !== "" || !/[\s,;:.!?…–—)”"]$/.test(before)) return false;
  if (ADDRESS.test(before)) return false;
  if ((before.match(/\p{L}+/gu)?.length ?? 0) < LEAST_WORDS || /^\s*(?:\||#|:::|\[[^\]]*\]:)/.test(before)) return false;
  return isProse(state, main.head);
}

function isProse(state: EditorState, at: number): boolean {
  for (let node = syntaxTree(state).resolveInner(at, -1); node.parent; node = node.parent) {
    if (NO_PLACE.test(node.name)) return false;
  }
  return !isVerbatim(state.doc, state.doc.lineAt(at).number);
}

/** Milliseconds after the last key. */
const PAUSE = 600;

export interface CaretParts {
  readonly clock: Clock;
  view(): EditorView;
  send(message: FromPage): boolean;
  /** Whether it may come unasked in this document. */
  isOn(): boolean;
  /** Whether the model could be asked now, and nothing of it waits for a verdict. */
  isFree(): boolean;
  tell(sentence: string): void;
}

export interface CaretText {
  readonly extension: Extension;
  updated(update: ViewUpdate): void;
  /** Ask now, whatever the place; once more for another one. */
  ask(): boolean;
  receive(message: FromServer): void;
  /** Nothing is under way any more. */
  forget(): void;
}

const MODIFIERS = new Set(["Alt", "AltGraph", "CapsLock", "Control", "Meta", "Shift"]);
const NOTHING = "The model has nothing to add here.";

export function createCaretText({ clock, view, send, isOn, isFree, tell }: CaretParts): CaretText {
  let count = 0;
  let running: { readonly id: string; readonly at: number; readonly wanted: boolean } | null = null;
  let timer: number | null = null;
  let variation = 0;

  const stop = () => {
    if (timer !== null) clock.cancel(timer);
    timer = null;
    if (running) send({ type: "cancel", id: running.id });
    running = null;
  };

  const begin = (wanted: boolean) => {
    stop();
    const { state, composing } = view();
    const at = state.selection.main.head;
    if (!isFree() || composing || (!wanted && !isSensible(state))) return false;
    const { before, after } = passage(state.doc, { from: at, to: at });
    const id = `c${++count}`;
    if (!send({ type: "complete", id, before, after, variation })) return false;
    running = { id, at, wanted };
    return true;
  };

  const take = (length: (text: string) => number) => (): boolean => {
    const ghost = view().state.field(ghostField, false);
    if (!ghost) return false;
    const text = ghost.text.slice(0, length(ghost.text));
    const to = ghost.at + text.length;
    view().dispatch({ changes: { from: ghost.at, insert: text }, selection: { anchor: to }, userEvent: "input.complete", scrollIntoView: true });
    return true;
  };

  const dismiss = (): boolean => {
    const busy = running?.wanted === true;
    stop();
    if (!view().state.field(ghostField, false)) return busy;
    view().dispatch({ effects: showGhost.of(null) });
    return true;
  };

  /** Instead of the one that is shown: a later one, or one from before. */
  const another = (step: 1 | -1) => (): boolean => {
    if (!view().state.field(ghostField, false)) return false;
    variation = Math.max(0, variation + step);
    view().dispatch({ effects: showGhost.of(null) });
    return begin(true);
  };

  const keys = [
    { key: "Tab", run: take((text) => text.length) },
    { key: "Mod-ArrowRight", run: take((text) => firstWord(text).length) },
    { key: "Escape", run: dismiss },
    { key: "Alt-]", run: another(1) },
    { key: "Alt-[", run: another(-1) },
  ];
  /** What changes neither text nor caret, such as a key that opens a dialog, takes the writer away all the same. */
  const keydown = ({ key }: KeyboardEvent) => {
    if (running && !MODIFIERS.has(key)) stop();
    return false;
  };

  return {
    extension: [ghostField, Prec.highest([keymap.of(keys), EditorView.domEventHandlers({ keydown })])],
    updated({ state, docChanged, selectionSet, transactions }) {
      if (!docChanged && !selectionSet) return;
      // What is shown already needs no engine, and typing its letters asks for nothing new.
      if (state.field(ghostField, false)) return;
      stop();
      if (docChanged) variation = 0;
      const typed = docChanged && transactions.some((each) => each.isUserEvent("input.type") || each.isUserEvent("input.complete"));
      if (typed && isOn()) timer = clock.after(PAUSE, () => void begin(false));
    },
    ask() {
      if (!another(1)() && view().state.selection.main.empty) begin(true);
      return true;
    },
    receive(message) {
      if (!running || !("id" in message) || message.id !== running.id || message.type === "delta" || message.type === "sketch") return;
      const { at, wanted } = running;
      running = null;
      if (message.type === "failed" && wanted) tell(message.message);
      if (message.type !== "proposed" || !atCaret(view().state, at)) return;
      if (message.text) {
        const said = EditorView.announce.of(`Suggestion: ${message.text.trim()}. Tab takes it.`);
        view().dispatch({ effects: [showGhost.of({ at, text: message.text }), said] });
      } else if (wanted) tell(NOTHING);
    },
    forget() {
      if (timer !== null) clock.cancel(timer);
      timer = null;
      running = null;
    },
  };
}
