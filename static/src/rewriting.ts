/** A request's life: what is sent, the answer as it streams, and how it ends. Positions stay in the editor. */

import type { EditorState, TransactionSpec } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";

import { aim, BELOW, type Target } from "./aim";
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

type Order = Extract<FromPage, { type: "rewrite" }>;

const CLOSED = "The open suggestion was closed.";
const CHANGED = "The model was stopped, because the text it was working on changed.";
const LOST = "The connection was lost while the model wrote; your text is as it was.";
const AWAY = "The server is away, so the model cannot be asked just now.";

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
      forget();
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
