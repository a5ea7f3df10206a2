/** A request's life: what is sent, the answer as it streams, and how it ends. Positions stay in the editor. */

import type { EditorState } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";

import { paragraphAt, type Range, textAfter, textBefore, trimmed } from "./paragraph";
import { closeProposal, currentProposal, finishProposal, openProposal, streamProposal } from "./proposal";
import type { Action, FromPage, FromServer, Proposed } from "./protocol";

export interface Rewriting {
  /** Ask for `action` on the selection, else the paragraph, else the caret. */
  start(action: Action, instruction?: string): void;
  /** The same again, for the proposal that is open. */
  retry(): void;
  /** Stop the model; false when it is not at work. */
  cancel(): boolean;
  receive(message: FromServer): void;
  updated(update: ViewUpdate): void;
  connectionLost(): void;
}

interface Wish {
  readonly action: Action;
  readonly instruction: string;
}

/** What a wish means at this caret: the text to send and the range that the answer stands for. */
interface Target {
  readonly source: Range;
  readonly from: number;
  readonly to: number;
}

const BEFORE = 4_000;
const AFTER = 1_000;
/** Pixels kept free above and below what the writer is to see. */
const MARGIN = 96;

export function createRewriting(
  view: EditorView,
  send: (message: FromPage) => boolean,
  tell: (sentence: string, tone: "plain" | "error") => void,
): Rewriting {
  let count = 0;
  let running: string | null = null;
  let last: Wish | null = null;
  let arrived = "";
  let frame: number | null = null;

  const begin = (wish: Wish, target: Target) => {
    const id = `r${++count}`;
    const { doc } = view.state;
    const sent = send({
      type: "rewrite",
      id,
      action: wish.action.name,
      selection: doc.sliceString(target.source.from, target.source.to),
      before: textBefore(doc, target.source.from, BEFORE),
      after: textAfter(doc, target.source.to, AFTER),
      instruction: wish.instruction,
    });
    if (!sent) return tell("The server is away, so the model cannot be asked just now.", "error");
    running = id;
    last = wish;
    const { from, to } = target;
    // The bar takes room at the bottom, where the caret may be.
    const seen = EditorView.scrollIntoView(to, { y: "nearest", yMargin: MARGIN });
    view.dispatch({ effects: [openProposal.of({ id, label: wish.action.label, from, to }), seen] });
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

  const finish = ({ id, text, units, warnings }: Proposed) => {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    running = null;
    arrived = "";
    const notes = [...new Set([...warnings, ...units.map((unit) => unit.reason).filter(Boolean)])];
    view.dispatch({ effects: finishProposal.of({ id, text, notes }) });
    const found = currentProposal(view.state)?.changes.length ?? 0;
    const first = currentProposal(view.state)?.changes[0];
    if (first) {
      const seen = EditorView.scrollIntoView(first.from, { y: "nearest", yMargin: MARGIN });
      view.dispatch({ effects: [EditorView.announce.of(found === 1 ? "1 change" : `${found} changes`), seen] });
    } else tell(["No change suggested.", ...notes].join(" "), "plain");
  };

  const rewriting: Rewriting = {
    start(action, instruction = "") {
      rewriting.cancel();
      const target = aim(view.state, action);
      if (target) begin({ action, instruction }, target);
      else tell("There is no paragraph at the caret: select some text, or put the caret into a paragraph.", "plain");
    },
    retry() {
      const open = currentProposal(view.state);
      if (!open || !last) return;
      const { from, to } = open;
      rewriting.cancel();
      view.dispatch({ effects: closeProposal.of(open.id) });
      begin(last, from === to ? insertion(view.state, from) : { source: { from, to }, from, to });
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

function aim(state: EditorState, action: Action): Target | null {
  const { from, to, head } = state.selection.main;
  const selected = trimmed(state.doc, { from, to });
  if (action.scope === "insert") {
    return selected ? { source: selected, from: to, to } : insertion(state, head);
  }
  if (action.name === "ask" && !selected) return { source: { from: head, to: head }, from: head, to: head };
  const source = selected ?? paragraphAt(state.doc, head);
  return source && { source, ...source };
}

/** Text for the caret continues the paragraph it stands in. */
function insertion(state: EditorState, at: number): Target {
  const paragraph = paragraphAt(state.doc, at);
  const start = paragraph && paragraph.from < at && at <= paragraph.to ? paragraph.from : at;
  return { source: { from: start, to: at }, from: at, to: at };
}
