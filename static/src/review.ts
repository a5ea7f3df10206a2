/** How a proposal looks and is handled in the editor: marks, buttons at each change, the bar, moves between changes. */

import type { EditorState, Extension, Range } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, type Panel, showPanel, WidgetType } from "@codemirror/view";

import type { Change } from "./diff";
import { h, icon } from "./dom";
import { about, secondsLeft, type Speed } from "./estimate";
import {
  acceptable,
  accepting,
  allChanges,
  changeFrom,
  currentChange,
  currentProposal,
  isWriting,
  type Phase,
  type Proposal,
  proposalField,
  proposals,
  proposalsOf,
  rejecting,
} from "./proposal";

/** What the bar asks of the rest of the page. */
export interface ReviewTasks {
  stop(): void;
  retry(): void;
  /** Change the suggestion as `instruction` says. */
  refine(instruction: string): void;
  insertBelow(): void;
  copy(): void;
  /** How a command's key is written, for labels. */
  keyOf(command: string): string;
  /** Null where it is not known. */
  speed(): Speed | null;
}

export type Verdict = typeof accepting | typeof rejecting;

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

/** Settle every open change of the current proposal; false without one. One without its answer swallows the key. */
export function settleAll(view: EditorView, verdict: Verdict): boolean {
  const proposal = currentProposal(view.state);
  if (proposal?.phase === "done") view.dispatch(verdict(verdict === accepting ? acceptable(proposal.changes) : proposal.changes));
  return proposal !== null;
}

/** Settle the change at the caret, or the next one, and go on to the one after it, in whichever proposal it is. */
export function settleHere(view: EditorView, verdict: Verdict): boolean {
  const change = currentChange(view.state);
  if (!change) return currentProposal(view.state) !== null;
  view.dispatch(verdict([change]));
  const next = changeFrom(allChanges(view.state), change.from);
  if (next) visit(view, next);
  return true;
}

/** Move the caret to the next change (1) or the previous one (-1) of all proposals, around the ends. */
export function goToChange(view: EditorView, direction: 1 | -1): boolean {
  const changes = allChanges(view.state);
  if (changes.length === 0) return false;
  const head = view.state.selection.main.head;
  const next =
    direction === 1 ? changes.find((c) => c.from > head) : changes.findLast((c) => c.from < head && c.to !== head);
  visit(view, next ?? changes.at(direction === 1 ? 0 : -1)!);
  return true;
}

function visit(view: EditorView, change: Change): void {
  const effects = EditorView.scrollIntoView(change.from, { y: "nearest", yMargin: 96 });
  view.dispatch({ selection: { anchor: change.from }, effects });
}

function decorations(state: EditorState): DecorationSet {
  const all = proposalsOf(state);
  const current = all.length > 1 ? currentProposal(state) : null;
  return Decoration.set(all.flatMap((proposal) => marks(proposal, proposal === current)), true);
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
      const buttons = [accepting, rejecting].map((verdict) => settleButton(view, group, verdict));
      group.append(h("span", { class: "verdicts" }, ...buttons));
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

function settleButton(view: EditorView, group: HTMLElement, verdict: Verdict): HTMLElement {
  const [label, name] = verdict === accepting ? ["Accept change", "check"] : ["Reject change", "cross"];
  const settle = () => {
    const position = view.posAtDOM(group);
    const change = allChanges(view.state).find(({ to }) => to === position);
    if (change) view.dispatch(verdict([change]));
    view.focus();
  };
  // A press must not move the caret or take the focus from the text.
  const hold = (event: Event) => event.preventDefault();
  return h("button", { type: "button", "aria-label": label!, title: label!, mousedown: hold, click: settle }, icon(name!));
}

function createBar(view: EditorView, tasks: ReviewTasks): Panel {
  const button = (label: string, command: string, run: () => void, primary = false) =>
    h(
      "button",
      { type: "button", class: primary ? "primary" : "", title: tasks.keyOf(command), click: () => (run(), view.focus()) },
      label,
    );
  const step = (label: string, command: string, name: string, direction: 1 | -1) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": label,
        title: `${label} ${tasks.keyOf(command)}`,
        click: () => (goToChange(view, direction), view.focus()),
      },
      icon(name),
    );
  const title = h("strong");
  const count = h("span", { class: "count" });
  // What may never be offered is no text of the document's, only a sign that the model is at work.
  const sketch = h("span", { class: "sketch", "aria-hidden": "true" });
  const notes = h("details", { class: "notes" }, h("summary"), h("ul"));
  const wish = h("input", { type: "text", "aria-label": "How shall it be changed?", placeholder: "Shorter, please" });
  const refining = h("form", { class: "refining" }, wish, h("button", { type: "submit", class: "primary" }, "Refine"));
  refining.hidden = true;
  const refine = h("button", { type: "button", "aria-expanded": "false" }, "Refine…");
  const showRefining = (shown: boolean) => {
    refining.hidden = !shown;
    refine.setAttribute("aria-expanded", String(shown));
    if (shown) wish.focus();
  };
  refine.addEventListener("click", () => showRefining(refining.hidden === true));
  refining.addEventListener("submit", (event) => {
    event.preventDefault();
    const instruction = wish.value.trim();
    if (!instruction) return;
    showRefining(false);
    wish.value = "";
    view.focus();
    tasks.refine(instruction);
  });
  wish.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    showRefining(false);
    view.focus();
  });
  const whileStreaming = h("span", { class: "choices" }, button("Stop", "escape", tasks.stop));
  const whenDone = h(
    "span",
    { class: "choices" },
    step("Previous change", "previous-change", "up", -1),
    step("Next change", "next-change", "down", 1),
    button("Accept all", "accept-all", () => settleAll(view, accepting), true),
    button("Reject all", "escape", () => settleAll(view, rejecting)),
    button("Retry", "retry", tasks.retry),
    refine,
    button("Insert below", "insert-below", tasks.insertBelow),
    button("Copy", "copy-suggestion", tasks.copy),
  );
  const dom = h(
    "section",
    { class: "proposal-bar", "aria-label": "Suggestion" },
    h("p", {}, title, count, sketch),
    notes,
    whileStreaming,
    whenDone,
    refining,
  );
  let shown: Proposal | null = null;

  const render = () => {
    const proposal = currentProposal(view.state);
    if (!proposal) return;
    const isDone = proposal.phase === "done";
    dom.dataset["proposal"] = isDone ? "done" : "streaming";
    title.textContent = proposal.wish.action.label;
    const told = isDone ? [countOf(proposal, view.state.selection.main.head)] : [progress(proposal, view.state), remaining(proposal)];
    count.textContent = [...told, placeOf(proposal, view.state)].filter(Boolean).join(" ");
    sketch.textContent = isDone ? "" : lastWords(proposal);
    whileStreaming.hidden = isDone;
    whenDone.hidden = !isDone;
    if (proposal.id !== shown?.id || !isDone) showRefining(false);
    if (proposal.notes !== shown?.notes) renderNotes(notes, proposal.notes);
    shown = proposal;
  };

  const remaining = (proposal: Proposal) => {
    const speed = tasks.speed();
    // Whatever is asked in the writer's own words may be of any length, and so may what comes at the caret.
    const isKnown = proposal.phase === "writing" && proposal.from < proposal.to && !proposal.wish.instruction;
    if (!speed || !isKnown) return "";
    const source = view.state.sliceDoc(proposal.from, proposal.to);
    return about(secondsLeft(source, proposal.text + proposal.sketch, (performance.now() - proposal.since) / 1_000, speed));
  };

  render();
  const timer = window.setInterval(() => isWriting(view.state) && render(), 1_000);
  return {
    dom,
    destroy: () => window.clearInterval(timer),
    update(update) {
      const before = update.startState.field(proposalField);
      const now = update.state.field(proposalField);
      if (now === before && !update.selectionSet) return;
      render();
    },
  };
}

/** Beyond so many sentences it is told which one is at work. */
const FEW = 3;
const SENTENCES = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** So many letters of what is being written are seen in the bar. */
const LAST = 60;

function lastWords({ from, to, sketch }: Proposal): string {
  const words = from < to ? sketch.replace(/\s+/g, " ").trim() : "";
  return words.length > LAST ? `…${words.slice(words.indexOf(" ", words.length - LAST))}` : words;
}

function progress(proposal: Proposal, state: EditorState): string {
  const { phase, from, to } = proposal;
  const text = proposal.text + proposal.sketch;
  if (phase === "waiting") return "waits until the model is free…";
  if (!text) return "reading…";
  const all = sentences(state.sliceDoc(from, to));
  return all > FEW ? `writing sentence ${Math.min(sentences(text), all)} of ${all}…` : "writing…";
}

/** Which of several suggestions the bar is about. */
function placeOf(proposal: Proposal, state: EditorState): string {
  const all = proposalsOf(state);
  return all.length > 1 ? `· suggestion ${all.indexOf(proposal) + 1} of ${all.length}` : "";
}

function sentences(text: string): number {
  let count = 0;
  for (const { segment } of SENTENCES.segment(text)) count += /\p{L}/u.test(segment) ? 1 : 0;
  return count;
}

function countOf({ changes }: Proposal, head: number): string {
  const here = changes.findIndex((change) => change.from <= head && head <= change.to);
  const all = changes.length === 1 ? "1 change" : `${changes.length} changes`;
  const flags = changes.filter(({ flag }) => flag !== undefined).length;
  const place = here < 0 || changes.length === 1 ? all : `change ${here + 1} of ${changes.length}`;
  return flags > 0 ? `${place}, ${flags} to look at` : place;
}

function renderNotes(details: HTMLDetailsElement, notes: readonly string[]): void {
  details.hidden = notes.length === 0;
  details.querySelector("summary")!.textContent = notes.length === 1 ? "1 note" : `${notes.length} notes`;
  details.querySelector("ul")!.replaceChildren(...notes.map((note) => h("li", {}, note)));
}
