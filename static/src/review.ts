/**
 * How proposals look in the text: marks, the buttons at each change, and the sentence whose changes belong together with
 * its own. The bar below the text is `review-bar.ts`.
 */

import type { EditorState, Extension, Range } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, type Panel, showPanel, WidgetType } from "@codemirror/view";

import { h, icon } from "./dom";
import {
  accepting,
  allChanges,
  currentProposal,
  currentSentence,
  type Phase,
  type Proposal,
  proposalField,
  proposals,
  proposalsOf,
  rejecting,
  sentences,
} from "./proposal";
import { createBar, type ReviewTasks } from "./review-bar";
import { settleSentence, type Verdict } from "./settling";

export function review(tasks: ReviewTasks): Extension {
  return [
    proposals,
    EditorView.decorations.compute([proposalField, "selection"], decorations),
    showPanel.compute([proposalField], (state) => (state.field(proposalField).length > 0 ? bar : null)),
  ];

  function bar(view: EditorView): Panel {
    return createBar(view, tasks);
  }
}

function decorations(state: EditorState): DecorationSet {
  const all = proposalsOf(state);
  const current = all.length > 1 ? currentProposal(state) : null;
  const ranges = all.flatMap((proposal) => marks(proposal, proposal === current));
  const here = currentSentence(state);
  for (const sentence of state.facet(sentences)) {
    const { from, to, changes } = sentence;
    if (sentence === here && from < to) ranges.push(SENTENCE.range(from, to));
    if (changes.length > 1) ranges.push(Decoration.widget({ widget: new SentenceWidget(changes.length), side: 2 }).range(to));
  }
  return Decoration.set(ranges, true);
}

/** Of several proposals, the current one is seen to be it. */
function marks({ from, to, phase, sketch, changes }: Proposal, isCurrent: boolean): Range<Decoration>[] {
  const ranges: Range<Decoration>[] = [];
  if (from < to && phase !== "done") ranges.push(PENDING.range(from, to));
  if (from < to && isCurrent) ranges.push(CURRENT.range(from, to));
  for (const change of changes) {
    if (change.from < change.to) ranges.push(REMOVED.range(change.from, change.to));
    const widget = new ChangeWidget(change.insert, change.from < change.to, sketch ? "sketched" : phase, change.flag ?? "");
    ranges.push(Decoration.widget({ widget, side: 1 }).range(change.to));
  }
  return ranges;
}

const PENDING = Decoration.mark({ class: "pending" });
const CURRENT = Decoration.mark({ class: "in-review" });
const SENTENCE = Decoration.mark({ class: "sentence" });
const REMOVED = Decoration.mark({ tagName: "del", class: "removed" });

const SHORT = 24;

/** The new words of a change and its two buttons. */
class ChangeWidget extends WidgetType {
  constructor(
    private readonly insert: string,
    private readonly removes: boolean,
    private readonly stage: Phase | "sketched",
    private readonly flag: string,
  ) {
    super();
  }

  override eq(other: ChangeWidget): boolean {
    const { insert, removes, stage, flag } = this;
    return insert === other.insert && removes === other.removes && stage === other.stage && flag === other.flag;
  }

  override toDOM(view: EditorView): HTMLElement {
    const group = h("span", { class: "change", role: "group" }, h("ins", { class: "added" }));
    if (this.stage === "done") {
      if (this.flag) group.append(h("span", { class: "flag" }, `⚠ ${this.flag}`));
      const settle = (verdict: Verdict) => {
        const position = view.posAtDOM(group);
        const change = allChanges(view.state).find(({ to }) => to === position);
        if (change) view.dispatch(verdict([change]));
      };
      group.append(verdicts(view, "change", settle));
    }
    this.updateDOM(group);
    return group;
  }

  override updateDOM(group: HTMLElement): boolean {
    if ((this.stage === "done") !== (group.querySelector("button") !== null)) return false;
    if ((this.flag !== "") !== (group.querySelector(".flag") !== null)) return false;
    if (this.flag) group.querySelector(".flag")!.textContent = `⚠ ${this.flag}`;
    group.firstElementChild!.textContent = this.insert;
    group.setAttribute("aria-label", this.summary);
    group.classList.toggle("sketched", this.stage === "sketched");
    group.classList.toggle("short", this.insert.length <= SHORT && this.lineBreaks === 0);
    return true;
  }

  override get lineBreaks(): number {
    return this.insert.split("\n").length - 1;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  private get summary(): string {
    const warning = this.flag ? `. Look at it: ${this.flag}` : "";
    if (this.insert === "") return `Suggested change: remove the struck words${warning}`;
    return `Suggested change: ${this.removes ? "replace with" : "add"} “${this.insert}”${warning}`;
  }
}

/** The buttons for all changes of a sentence, behind it. */
class SentenceWidget extends WidgetType {
  constructor(private readonly count: number) {
    super();
  }

  override eq({ count }: SentenceWidget): boolean {
    return count === this.count;
  }

  override toDOM(view: EditorView): HTMLElement {
    const group = h("span", { class: "whole", role: "group", "aria-label": `${this.count} changes in this sentence` });
    const settle = (verdict: Verdict) => {
      const position = view.posAtDOM(group);
      const sentence = view.state.facet(sentences).find(({ to }) => to === position);
      if (sentence) settleSentence(view, verdict, sentence);
    };
    const buttons = verdicts(view, "the changes in this sentence", settle);
    buttons.prepend("Sentence");
    group.append(buttons);
    return group;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** A button to accept `what` and one to reject it. */
function verdicts(view: EditorView, what: string, settle: (verdict: Verdict) => unknown): HTMLElement {
  // A press must not move the caret or take the focus from the text.
  const hold = (event: Event) => event.preventDefault();
  const button = (verdict: Verdict, verb: string, name: string) => {
    const label = `${verb} ${what}`;
    return h("button", { type: "button", "aria-label": label, title: label, mousedown: hold, click: () => (settle(verdict), view.focus()) }, icon(name));
  };
  return h("span", { class: "verdicts" }, button(accepting, "Accept", "check"), button(rejecting, "Reject", "cross"));
}
