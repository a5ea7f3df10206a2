/** A request's life: what is sent, the answer as it streams, and how it ends. Positions stay in the editor. */

import { syntaxTree } from "@codemirror/language";
import type { EditorState, TransactionSpec } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";

import { isVerbatim, outsideWord, paragraphAt, type Range, trimmed } from "./paragraph";
import { passage } from "./passage";
import {
  accepting,
  closeProposal,
  currentProposal,
  finishProposal,
  openProposal,
  placeBelow,
  proposalOf,
  proposalsAt,
  proposalsOf,
  sketchProposal,
  startProposal,
  streamProposal,
  type Wish,
} from "./proposal";
import type { Action, FromPage, FromServer, Proposed } from "./protocol";
import { countWords } from "./status";

export interface Rewriting {
  /**
   * Ask for `action` on the selection, else the paragraph, else the caret, as soon as the model is free of what was
   * asked before. A suggestion that stands there goes; those elsewhere stay.
   */
  start(action: Action, instruction?: string): void;
  /** What was asked for again, for the current proposal: another answer. */
  retry(): void;
  /** The current proposal changed as `instruction` says. */
  refine(instruction: string): void;
  /** Put the whole of the current proposal below the text it is about, which stays. */
  insertBelow(): void;
  /** Another document comes: the model stops, and what is undecided stays in `name`; null where that one is given up. */
  leave(name: string | null): void;
  /** Give the current proposal up if its answer is not there yet, and stop the model if it is at it; else false. */
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

type Order = Extract<FromPage, { type: "rewrite" }>;

const BELOW = "\n\n";
export const AT_CARET = "At the caret";
const CLOSED = "The open suggestion was closed.";
const CHANGED = "The model was stopped, because the text it was working on changed.";
const LOST = "The connection was lost while the model wrote; your text is as it was.";
const AWAY = "The server is away, so the model cannot be asked just now.";
const NO_PARAGRAPH = "There is no paragraph at the caret: select some text, or put the caret into a paragraph.";
const NO_PROSE = "The caret is in code, HTML or front matter: select some text, or put the caret into a paragraph.";

/** As the Markdown parser calls them. */
const HTML = new Set(["HTMLBlock", "CommentBlock", "ProcessingInstructionBlock"]);

/** Pixels kept free above and below what the writer is to see. */
const MARGIN = 96;

/** The editor, as far as a request concerns it. */
export type Text = Pick<EditorView, "state"> & { dispatch(spec: TransactionSpec): void };

/**
 * `english` is whose English a document is, where that is said or chosen. `choose` has one of several answers chosen.
 */
export function createRewriting(
  view: Text,
  send: (message: FromPage) => boolean,
  tell: (sentence: string, tone: "plain" | "error", reasons?: readonly string[]) => void,
  choose: (choices: readonly string[], chosen: (text: string | null) => void) => void = ([first], chosen) => chosen(first ?? null),
  english: (doc: EditorState["doc"]) => string = () => "",
): Rewriting {
  let count = 0;
  /** What the model is at. */
  let running: string | null = null;
  /** What it is asked next, in this order: an editor's newer question would break off the one before. */
  let waiting: readonly Order[] = [];
  /** What came since the last frame: null where nothing has been checked. */
  let arrived: string | null = null;
  let sketched = "";
  let frame: number | null = null;

  /** Whether it could be asked; what is open stays when it could not. */
  const begin = (wish: Wish, { source, from, to, gap = "" }: Target): boolean => {
    const id = `r${++count}`;
    const { action, instruction, variation = 0, draft = "" } = wish;
    const about = passage(view.state.doc, source);
    const order: Order = { type: "rewrite", id, action: action.name, ...about, instruction, variation, draft, dialect: english(view.state.doc) };
    const replaced = proposalsAt(view.state, { from, to });
    for (const each of replaced) if (each.phase !== "done") give(each.id);
    if (running === null && !send(order)) {
      tell(AWAY, "error");
      return false;
    }
    // The bar takes room at the bottom, where the caret may be.
    const seen = EditorView.scrollIntoView(to, { y: "nearest", yMargin: MARGIN });
    // A selection left standing would darken the marks of the changes.
    const { main } = view.state.selection;
    const selection = main.empty ? main : { anchor: to };
    view.dispatch({ selection, effects: [openProposal.of({ id, wish, source, from, to, gap }), seen] });
    if (running === null) started(id);
    else waiting = [...waiting, order];
    return true;
  };

  const started = (id: string) => {
    running = id;
    view.dispatch({ effects: startProposal.of({ id, at: performance.now() }) });
  };

  /** The model is free: ask it what was asked for meanwhile. */
  const next = () => {
    const [order, ...rest] = waiting;
    if (running !== null || !order) return;
    waiting = rest;
    if (send(order)) started(order.id);
    else lost();
  };

  const forget = () => {
    running = null;
    arrived = null;
    sketched = "";
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
  };

  const flush = () => {
    frame = null;
    const effects = [];
    if (running && arrived !== null) effects.push(streamProposal.of({ id: running, piece: arrived }));
    if (running && sketched) effects.push(sketchProposal.of({ id: running, piece: sketched }));
    arrived = null;
    sketched = "";
    view.dispatch({ effects });
  };

  /** Give up the request `id`, asked or waiting. */
  const give = (id: string) => {
    waiting = waiting.filter((order) => order.id !== id);
    if (id === running) {
      forget();
      send({ type: "cancel", id });
    }
    if (proposalOf(view.state, id)) view.dispatch({ effects: closeProposal.of(id) });
  };

  /** Give up all that has no answer yet; whether there was any. */
  const giveAll = (): boolean => {
    const open = proposalsOf(view.state).filter(({ phase }) => phase !== "done");
    waiting = [];
    for (const { id } of open) give(id);
    return open.length > 0;
  };

  const lost = () => {
    const was = running !== null;
    forget();
    if (giveAll() || was) tell(LOST, "error");
  };

  const finish = (message: Proposed) => {
    const { id, choices = [] } = message;
    forget();
    const settle = (text: string | null) => {
      if (text === null) view.dispatch({ effects: closeProposal.of(id) });
      else show({ ...message, text });
      next();
    };
    if (choices.length === 0) settle(message.text);
    else choose(choices, settle);
  };

  const show = ({ id, text, units, warnings }: Proposed) => {
    if (!proposalOf(view.state, id)) return;
    const notes = [...new Set([...warnings, ...units.map((unit) => unit.reason).filter(Boolean)])];
    view.dispatch({ effects: finishProposal.of({ id, text, notes, units }) });
    const proposal = proposalOf(view.state, id);
    const [first] = proposal?.changes ?? [];
    if (!proposal || !first) return tell("No change suggested.", "plain", notes);
    const found = proposal.changes.length;
    const said = EditorView.announce.of(found === 1 ? "1 change" : `${found} changes`);
    // Who writes elsewhere meanwhile stays there.
    const { head } = view.state.selection.main;
    const isHere = proposal.from <= head && head <= proposal.to;
    view.dispatch({ effects: isHere ? [said, EditorView.scrollIntoView(first.from, { y: "nearest", yMargin: MARGIN })] : said });
  };

  const finished = () => {
    const open = currentProposal(view.state);
    return open?.phase === "done" ? open : null;
  };

  return {
    start(action, instruction = "") {
      const target = aim(view.state, action);
      if (typeof target === "string") return tell(target, "plain");
      const isTaken = proposalsAt(view.state, target).length > 0;
      if (begin({ action, instruction }, target) && isTaken) tell(CLOSED, "plain");
    },
    retry() {
      const open = finished();
      if (open) begin({ ...open.wish, variation: (open.wish.variation ?? 0) + 1 }, open);
    },
    refine(instruction) {
      const open = finished();
      if (open) begin({ action: open.wish.action, instruction, draft: open.text }, open);
    },
    insertBelow() {
      const open = finished();
      if (!open) return;
      const at = view.state.doc.lineAt(open.to).to;
      view.dispatch({ effects: placeBelow.of({ id: open.id, at, gap: BELOW }) });
      const placed = proposalOf(view.state, open.id);
      if (placed) view.dispatch(accepting(placed.changes));
    },
    leave(name) {
      const left = proposalsOf(view.state).filter(({ phase }) => phase === "done").length;
      if (giveAll()) tell(CLOSED, "plain");
      else if (name && left > 0) tell(left === 1 ? `The open suggestion waits in ${name}.` : `The open suggestions wait in ${name}.`, "plain");
    },
    cancel() {
      const open = currentProposal(view.state);
      if (!open || (open.id !== running && !waiting.some(({ id }) => id === open.id))) return false;
      give(open.id);
      next();
      return true;
    },
    receive(message) {
      if (!("id" in message) || message.id !== running) return;
      if (message.type === "delta" || message.type === "sketch") {
        if (message.type === "delta") [arrived, sketched] = [(arrived ?? "") + message.text, ""];
        else sketched += message.text;
        frame ??= requestAnimationFrame(flush);
        return;
      }
      if (message.type === "proposed") return finish(message);
      give(message.id);
      if (message.type === "failed") tell(message.message, "error");
      next();
    },
    updated(update) {
      if (!update.docChanged || (running === null && waiting.length === 0)) return;
      const gone = [running, ...waiting.map(({ id }) => id)].filter((id) => id !== null && !proposalOf(update.state, id));
      if (gone.length === 0) return;
      for (const id of gone) give(id!);
      tell(CHANGED, "plain");
      next();
    },
    connectionLost: () => (running === null ? undefined : lost()),
  };
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
