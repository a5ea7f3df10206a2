/** When the model is told what it may be asked for next, so that it can read ahead. A guess: nothing comes back. */

import type { EditorState, Text } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";

import type { Clock } from "./pace";
import { paragraphAt, type Range, trimmed } from "./paragraph";
import { passage } from "./passage";
import type { FromPage } from "./protocol";

/** Milliseconds after which a selection counts as made, and after which the writer has stopped typing. */
const SETTLED = 150;
const PAUSE = 400;
const WRITING = ["input", "delete"];
/** Units of a selection: the model reads its beginning first. */
const BEGINNING = 4_000;

type Update = Pick<ViewUpdate, "state" | "docChanged" | "selectionSet" | "transactions">;

export class Warming {
  private timer: number | null = null;

  /** `free`: whether the model has nothing to do for this page and could be asked. */
  constructor(
    private readonly clock: Clock,
    private readonly send: (message: FromPage) => boolean,
    private readonly free: () => boolean,
  ) {}

  /** Every update of the editor. */
  updated({ state, docChanged, selectionSet, transactions }: Update): void {
    if (!docChanged && !selectionSet) return;
    this.stop();
    const { main } = state.selection;
    if (!main.empty) this.soon(SETTLED, state.doc, trimmed(state.doc, main));
    else if (transactions.some((each) => each.docChanged && WRITING.some((event) => each.isUserEvent(event)))) {
      this.soon(PAUSE, state.doc, { from: main.head, to: main.head });
    }
  }

  /** The writer is about to choose what to do: with the paragraph at the caret where nothing is selected. */
  choosing({ doc, selection: { main } }: EditorState): void {
    const paragraph = main.empty ? paragraphAt(doc, main.head) : null;
    if (!paragraph) return;
    this.stop();
    this.tell(doc, paragraph);
  }

  private soon(milliseconds: number, doc: Text, range: Range | null): void {
    if (range) this.timer = this.clock.after(milliseconds, () => this.tell(doc, range));
  }

  private tell(doc: Text, range: Range): void {
    if (this.free()) this.send({ type: "warm", ...passage(doc, range, BEGINNING) });
  }

  private stop(): void {
    if (this.timer !== null) this.clock.cancel(this.timer);
    this.timer = null;
  }
}
