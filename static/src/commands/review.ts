/** What can be done with a suggestion. */

import { accepting, currentProposal, rejecting } from "../proposal";
import { askRefinement } from "../review-bar";
import { goToChange, settleAll, settleHere, settleSentence } from "../settling";
import type { CommandOf } from "./command";
import type { EditorParts } from "./editing";

export interface ReviewParts extends EditorParts {
  /** False where it is not at work. */
  stopModel(): boolean;
  retry(): void;
  insertBelow(): void;
  copySuggestion(): void;
}

const NONE = "There is no suggestion.";
const UNFINISHED = "The suggestion is not finished yet.";

const whenThere = ({ view }: EditorParts) => (currentProposal(view.state) ? "" : NONE);
const whenDone = ({ view }: EditorParts) => {
  const open = currentProposal(view.state);
  return open ? (open.phase === "done" ? "" : UNFINISHED) : NONE;
};

export const REVIEW: readonly CommandOf<ReviewParts>[] = [
  { name: "accept-all", label: "Accept all", group: "review", key: "Mod-Enter", when: whenThere, run: ({ view }) => settleAll(view, accepting) },
  { name: "accept", label: "Accept this change", group: "review", key: "Alt-Enter", when: whenThere, run: ({ view }) => settleHere(view, accepting) },
  { name: "reject", label: "Reject this change", group: "review", key: "Alt-Backspace", when: whenThere, run: ({ view }) => settleHere(view, rejecting) },
  { name: "accept-sentence", label: "Accept the changes in this sentence", group: "review", key: "Alt-Shift-Enter", when: whenThere, run: ({ view }) => settleSentence(view, accepting) },
  { name: "reject-sentence", label: "Reject the changes in this sentence", group: "review", key: "Alt-Shift-Backspace", when: whenThere, run: ({ view }) => settleSentence(view, rejecting) },
  { name: "next-change", label: "Next change", group: "review", key: "F8", reach: "page", when: whenThere, run: ({ view }) => goToChange(view, 1) },
  { name: "previous-change", label: "Previous change", group: "review", key: "Shift-F8", reach: "page", when: whenThere, run: ({ view }) => goToChange(view, -1) },
  { name: "escape", label: "Stop the model, or reject all", group: "review", key: "Escape", reach: "page", when: whenThere, run: ({ view, stopModel }) => stopModel() || settleAll(view, rejecting) },
  { name: "retry", label: "Ask again", group: "review", key: "Alt-r", when: whenDone, run: (parts) => parts.retry() },
  { name: "refine", label: "Refine the suggestion", group: "review", key: "Alt-Shift-r", words: "change shorter instruction", when: whenDone, run: ({ view }) => view.dispatch({ effects: askRefinement.of(null) }) },
  { name: "insert-below", label: "Insert below the text", group: "review", when: whenDone, run: (parts) => parts.insertBelow() },
  { name: "copy-suggestion", label: "Copy the suggestion", group: "review", when: whenThere, run: (parts) => parts.copySuggestion() },
];
