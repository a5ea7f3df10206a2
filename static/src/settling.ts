/** What keys and buttons do to changes: settle all of the current proposal, one, or a sentence’s, and on to the next; go from one to another. */

import { EditorView } from "@codemirror/view";

import type { Change } from "./diff";
import { acceptable, accepting, allChanges, changeFrom, currentChange, currentProposal, currentSentence, type rejecting } from "./proposal";

export type Verdict = typeof accepting | typeof rejecting;

/** Settle every open change of the current proposal; false without one. One without its answer swallows the key. */
export function settleAll(view: EditorView, verdict: Verdict): boolean {
  const proposal = currentProposal(view.state);
  if (proposal?.phase === "done") view.dispatch(verdict(verdict === accepting ? acceptable(proposal.changes) : proposal.changes));
  return proposal !== null;
}

/** Settle the change at the caret, or the next one, and go on to the one after it, in whichever proposal it is. */
export function settleHere(view: EditorView, verdict: Verdict): boolean {
  const change = currentChange(view.state);
  return settle(view, change ? [change] : [], verdict);
}

/** The same for all changes of a sentence; those that should be looked at are accepted only by themselves. */
export function settleSentence(view: EditorView, verdict: Verdict, sentence = currentSentence(view.state)): boolean {
  const changes = sentence?.changes ?? [];
  return settle(view, verdict === accepting ? acceptable(changes) : changes, verdict);
}

function settle(view: EditorView, changes: readonly Change[], verdict: Verdict): boolean {
  const [first] = changes;
  if (!first) return currentProposal(view.state) !== null;
  view.dispatch(verdict(changes));
  const next = changeFrom(allChanges(view.state), first.from);
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
