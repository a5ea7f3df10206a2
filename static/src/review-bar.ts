/** The bar below the text while suggestions are open: what the current one is, how far it has come, what can be done. */

import { type EditorState, StateEffect } from "@codemirror/state";
import type { EditorView, Panel } from "@codemirror/view";

import { h, icon } from "./dom";
import { about, secondsLeft, type Speed } from "./estimate";
import { accepting, currentProposal, isWriting, type Proposal, proposalField, proposalsOf, rejecting } from "./proposal";
import { goToChange, settleAll } from "./settling";

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

/** The bar asks how the current suggestion shall be changed. */
export const askRefinement = StateEffect.define<null>();

export function createBar(view: EditorView, tasks: ReviewTasks): Panel {
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
  const refine = h("button", { type: "button", title: tasks.keyOf("refine"), "aria-expanded": "false" }, "Refine…");
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
      if (update.transactions.some(({ effects }) => effects.some((effect) => effect.is(askRefinement)))) showRefining(true);
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
