/** A request's life: what is sent, the answer as it streams, and how it ends. Positions stay in the editor. */

import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";

import { isVerbatim, outsideWord, paragraphAt, type Range, trimmed } from "./paragraph";
import { passage } from "./passage";
import { accepting, closeProposal, currentProposal, finishProposal, openProposal, placeBelow, streamProposal, type Wish } from "./proposal";
import type { Action, FromPage, FromServer, Proposed } from "./protocol";
import { countWords } from "./status";

export interface Rewriting {
  /** Ask for `action` on the selection, else the paragraph, else the caret. A suggestion that is open goes. */
  start(action: Action, instruction?: string): void;
  /** What was asked for again, for the proposal that is open: another answer. */
  retry(): void;
  /** The open proposal changed as `instruction` says. */
  refine(instruction: string): void;
  /** Put the whole of the open proposal below the text it is about, which stays. */
  insertBelow(): void;
  /** Another document comes: the model stops, and what is undecided waits in `name`; null where that one is given up. */
  leave(name: string | null): void;
  /** Stop the model; false when it is not at work. */
  cancel(): boolean;
  receive(message: FromServer): void;
  updated(update: ViewUpdate): void;
  connectionLost(): void;
}

/** What a wish means at this caret: the text to send and the range that the answer stands for. */
interface Target {
  readonly source: Range;
  readonly from: number;
  readonly to: number;
  readonly gap?: string;
}

const BELOW = "\n\n";
export const AT_CARET = "At the caret";
const CLOSED = "The open suggestion was closed.";
const NO_PARAGRAPH = "There is no paragraph at the caret: select some text, or put the caret into a paragraph.";
const NO_PROSE = "The caret is in code, HTML or front matter: select some text, or put the caret into a paragraph.";

/** As the Markdown parser calls them. */
const HTML = new Set(["HTMLBlock", "CommentBlock", "ProcessingInstructionBlock"]);

/** Pixels kept free above and below what the writer is to see. */
const MARGIN = 96;

export function createRewriting(
  view: EditorView,
  send: (message: FromPage) => boolean,
  tell: (sentence: string, tone: "plain" | "error", reasons?: readonly string[]) => void,
  choose: (choices: readonly string[], chosen: (text: string | null) => void) => void = ([first], chosen) => chosen(first ?? null),
): Rewriting {
  let count = 0;
  let running: string | null = null;
  let arrived = "";
  let frame: number | null = null;

  /** Whether it was asked; what is open stays when it was not. */
  const begin = (wish: Wish, { source, from, to, gap = "" }: Target) => {
    const id = `r${++count}`;
    const { action, instruction, variation = 0, draft = "" } = wish;
    const about = passage(view.state.doc, source);
    const sent = send({ type: "rewrite", id, action: action.name, ...about, instruction, variation, draft });
    if (!sent) {
      tell("The server is away, so the model cannot be asked just now.", "error");
      return false;
    }
    running = id;
    // The bar takes room at the bottom, where the caret may be.
    const seen = EditorView.scrollIntoView(to, { y: "nearest", yMargin: MARGIN });
    // A selection left standing would darken the marks of the changes.
    const { main } = view.state.selection;
    const selection = main.empty ? main : { anchor: to };
    view.dispatch({ selection, effects: [openProposal.of({ id, wish, source, from, to, gap }), seen] });
    return true;
  };

  const flush = () => {
    frame = null;
    if (running && arrived) view.dispatch({ effects: streamProposal.of({ id: running, piece: arrived }) });
    arrived = "";
  };

  const stop = () => {
    const id = running;
    running = null;
    arrived = "";
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    if (id) view.dispatch({ effects: closeProposal.of(id) });
    return id;
  };

  const finish = (message: Proposed) => {
    const { id, choices = [] } = message;
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    running = null;
    arrived = "";
    if (choices.length === 0) return show(message);
    choose(choices, (text) => (text === null ? view.dispatch({ effects: closeProposal.of(id) }) : show({ ...message, text })));
  };

  const show = ({ id, text, units, warnings }: Proposed) => {
    const notes = [...new Set([...warnings, ...units.map((unit) => unit.reason).filter(Boolean)])];
    view.dispatch({ effects: finishProposal.of({ id, text, notes, units }) });
    const found = currentProposal(view.state)?.changes.length ?? 0;
    const first = currentProposal(view.state)?.changes[0];
    if (first) {
      const seen = EditorView.scrollIntoView(first.from, { y: "nearest", yMargin: MARGIN });
      view.dispatch({ effects: [EditorView.announce.of(found === 1 ? "1 change" : `${found} changes`), seen] });
    } else tell("No change suggested.", "plain", notes);
  };

  const rewriting: Rewriting = {
    start(action, instruction = "") {
      const target = aim(view.state, action);
      if (typeof target === "string") return tell(target, "plain");
      const open = currentProposal(view.state);
      rewriting.cancel();
      if (begin({ action, instruction }, target) && open) tell(CLOSED, "plain");
    },
    retry() {
      const open = currentProposal(view.state);
      if (open?.done) begin({ ...open.wish, variation: (open.wish.variation ?? 0) + 1 }, open);
    },
    refine(instruction) {
      const open = currentProposal(view.state);
      if (open?.done) begin({ action: open.wish.action, instruction, draft: open.text }, open);
    },
    insertBelow() {
      const open = currentProposal(view.state);
      if (!open?.done) return;
      const at = view.state.doc.lineAt(open.to).to;
      view.dispatch({ effects: placeBelow.of({ id: open.id, at, gap: BELOW }) });
      const placed = currentProposal(view.state);
      if (placed) view.dispatch(accepting(placed.changes));
    },
    leave(name) {
      if (rewriting.cancel()) tell(CLOSED, "plain");
      else if (name && currentProposal(view.state)) tell(`The open suggestion waits in ${name}.`, "plain");
    },
    cancel() {
      const id = stop();
      if (id) send({ type: "cancel", id });
      return id !== null;
    },
    receive(message) {
      if (!("id" in message) || message.id !== running) return;
      if (message.type === "delta") {
        arrived += message.text;
        frame ??= requestAnimationFrame(flush);
      } else if (message.type === "proposed") {
        finish(message);
      } else {
        stop();
        if (message.type === "failed") tell(message.message, "error");
      }
    },
    updated(update) {
      if (!running || !update.docChanged || currentProposal(update.state)?.id === running) return;
      send({ type: "cancel", id: running });
      running = null;
      tell("The model was stopped, because the text it was working on changed.", "plain");
    },
    connectionLost() {
      if (stop()) tell("The connection was lost while the model wrote; your text is as it was.", "error");
    },
  };
  return rewriting;
}

/** What `action` is about at this selection; else why it cannot be, as a sentence. */
function aim(state: EditorState, action: Action): Target | string {
  const { from, to, head } = state.selection.main;
  const selected = trimmed(state.doc, { from, to });
  if (action.scope === "below") return below(state, selected ?? trimmed(state.doc, { from: 0, to: state.doc.length }), to);
  if (selected) return action.scope === "insert" ? { source: selected, from: selected.to, to: selected.to } : { source: selected, ...selected };
  const line = state.doc.lineAt(head);
  if (isVerbatim(state.doc, line.number) || isHtml(state, line.from)) return NO_PROSE;
  if (action.scope === "insert") return insertion(state, outsideWord(state.doc, head));
  const paragraph = paragraphAt(state.doc, head);
  if (paragraph) return { source: paragraph, ...paragraph };
  return action.name === "ask" && line.text.trim() === "" ? insertion(state, head) : NO_PARAGRAPH;
}

/** What is about `source`, without a selection the whole text, goes below the paragraph at `head`. */
function below(state: EditorState, source: Range | null, head: number): Target | string {
  if (!source) return NO_PARAGRAPH;
  const at = paragraphAt(state.doc, head)?.to ?? head;
  const end = state.doc.lineAt(at).to;
  return { source, from: end, to: end, gap: BELOW };
}

/** What the model's actions would be about now, in the writer's words. */
export function describeAim(state: EditorState): string {
  const { from, to, head } = state.selection.main;
  const selected = trimmed(state.doc, { from, to });
  if (!selected) return paragraphAt(state.doc, head) ? "This paragraph" : AT_CARET;
  const words = countWords(state.sliceDoc(selected.from, selected.to));
  return `${words.toLocaleString("en")} ${words === 1 ? "word" : "words"} selected`;
}

/** Text for the caret continues the paragraph it stands in. */
function insertion(state: EditorState, at: number): Target {
  const paragraph = paragraphAt(state.doc, at);
  const start = paragraph && paragraph.from < at && at <= paragraph.to ? paragraph.from : at;
  return { source: { from: start, to: at }, from: at, to: at };
}

/** Whether the line at `start` belongs to a block of HTML. */
function isHtml(state: EditorState, start: number): boolean {
  let found = false;
  syntaxTree(state).iterate({ from: start, to: start, enter: ({ name }) => void (found ||= HTML.has(name)) });
  return found;
}
