/** Rewrites beside the document: what would change where. The document itself changes only on acceptance. */

import { invertedEffects, isolateHistory } from "@codemirror/commands";
import {
  type ChangeDesc,
  type EditorState,
  type Extension,
  Facet,
  StateEffect,
  StateField,
  type TransactionSpec,
} from "@codemirror/state";

import { type Change, diffStreaming, diffWords } from "./diff";
import type { Range } from "./paragraph";
import { flagged } from "./flags";
import type { Action, Unit } from "./protocol";
import { bySentence, type Sentence } from "./sentences";

/** What was asked for. */
export interface Wish {
  readonly action: Action;
  /** In the writer's words; empty where the action says it all. */
  readonly instruction: string;
  /** How often it was asked before. */
  readonly variation?: number;
  /** The answer that is refined. */
  readonly draft?: string;
}

/** A request and what it is about. */
export interface Opening {
  readonly id: string;
  readonly wish: Wish;
  /** The text that was sent. */
  readonly source: Range;
  /** The range that the answer stands for; empty for text that goes to the caret. */
  readonly from: number;
  readonly to: number;
  /** What stands between the text and an answer that goes below it. */
  readonly gap?: string;
}

/** `waiting`: the model is at another one. `done`: the answer is whole and checked, and its changes can be settled. */
export type Phase = "waiting" | "writing" | "done";

export interface Proposal extends Opening {
  readonly phase: Phase;
  /** When the model was asked, in milliseconds of the page's clock; 0 while it waits. */
  readonly since: number;
  /** The answer so far, as far as it is checked. */
  readonly text: string;
  /** What the model has written beyond that, which may never be offered. */
  readonly sketch: string;
  /** Open changes in document order; they never touch each other. */
  readonly changes: readonly Change[];
  /** Sentences about the answer: what was kept and why. */
  readonly notes: readonly string[];
}

/** A new proposal waits for the model, and takes the place of those whose passage it shares or touches. */
export const openProposal = StateEffect.define<Opening>();
/** The model is asked now. */
export const startProposal = StateEffect.define<{ readonly id: string; readonly at: number }>();
interface Piece {
  readonly id: string;
  readonly piece: string;
}

/** More of the answer, appended; it takes the place of what was sketched. */
export const streamProposal = StateEffect.define<Piece>();
/** More of what is not checked yet, appended. */
export const sketchProposal = StateEffect.define<Piece>();
/** The checked answer, which stands for everything streamed. */
export const finishProposal = StateEffect.define<{
  readonly id: string;
  readonly text: string;
  readonly notes: readonly string[];
  readonly units?: readonly Unit[];
}>();
/** The answer goes below the text that it is about, which stays. */
export const placeBelow = StateEffect.define<{ readonly id: string; readonly at: number; readonly gap: string }>();
/** The proposal of that id goes, whatever its state. */
export const closeProposal = StateEffect.define<string>();

const settle = StateEffect.define<readonly Change[]>();
/** Changes return after an undo, in the positions of the document that the undo restores. */
const revive = StateEffect.define<Proposal>({ map: (proposal, mapping) => carried(proposal, mapping) });

/** In document order; their passages never overlap. */
export const proposalField = StateField.define<readonly Proposal[]>({
  create: () => [],
  update(all, transaction) {
    let now = all;
    if (transaction.docChanged && all.length > 0) now = apart(all.flatMap((each) => edited(each, transaction.changes) ?? []));
    for (const effect of transaction.effects) now = applied(now, effect, transaction.state);
    return now;
  },
});

/** Undoing an acceptance, or any edit that displaced changes, brings the changes back. */
const undoable = invertedEffects.of((transaction) => {
  if (!transaction.docChanged) return [];
  return proposalsOf(transaction.startState).flatMap((proposal) => {
    if (proposal.phase !== "done") return [];
    const lost = proposal.changes.filter((change) => displaced(change, transaction.changes));
    return lost.length > 0 ? [revive.of({ ...proposal, changes: lost })] : [];
  });
});

/** The sentences that finished proposals change. */
export const sentences = Facet.define<readonly Sentence[], readonly Sentence[]>({ combine: ([all = []]) => all });

const grouped = sentences.compute([proposalField], (state) =>
  proposalsOf(state).flatMap((each) => (each.phase === "done" ? bySentence(state.doc, each, each.changes) : [])),
);

export const proposals: Extension = [proposalField, undoable, grouped];

export function proposalsOf(state: EditorState): readonly Proposal[] {
  return state.field(proposalField, false) ?? [];
}

/** The one that the caret is in, else the nearest: what the bar and the keys are about. */
export function currentProposal(state: EditorState): Proposal | null {
  const { head } = state.selection.main;
  const distance = ({ from, to }: Range) => Math.max(from - head, head - to, 0);
  return proposalsOf(state).reduce<Proposal | null>((best, each) => (best && distance(best) <= distance(each) ? best : each), null);
}

export function proposalOf(state: EditorState, id: string): Proposal | null {
  return proposalsOf(state).find((proposal) => proposal.id === id) ?? null;
}

/** Those whose passage `range` shares or touches. */
export function proposalsAt(state: EditorState, { from, to }: Range): readonly Proposal[] {
  return proposalsOf(state).filter((each) => each.from <= to && from <= each.to);
}

/** Whether the model is at one, or one waits for it. */
export function isWriting(state: EditorState): boolean {
  return proposalsOf(state).some(({ phase }) => phase !== "done");
}

/** Every open change, in document order. */
export function allChanges(state: EditorState): readonly Change[] {
  return proposalsOf(state).flatMap(({ changes }) => changes);
}

/** Of the current proposal, the change at the caret, else the next one, else the last. Null while the answer streams. */
export function currentChange(state: EditorState): Change | null {
  const proposal = currentProposal(state);
  return proposal?.phase === "done" ? changeFrom(proposal.changes, state.selection.main.head) : null;
}

/** Of `changes`, the one that holds `position`, else the next one after it, else the last. */
export function changeFrom(changes: readonly Change[], position: number): Change | null {
  return changes.find((change) => change.to >= position) ?? changes.at(-1) ?? null;
}

/** The sentence of the change at the caret with its changes; null where there is none. */
export function currentSentence(state: EditorState): Sentence | null {
  const change = currentChange(state);
  return (change && state.facet(sentences).find(({ changes }) => changes.includes(change))) ?? null;
}

/** One undoable step that makes `changes` of a finished proposal part of the text. */
export function accepting(changes: readonly Change[]): TransactionSpec {
  return {
    changes: changes.map(({ from, to, insert }) => ({ from, to, insert })),
    annotations: isolateHistory.of("full"),
    userEvent: "input.ai",
  };
}

/** What "all" means: the changes that turn no fact, and only when none of these is left, the others. */
export function acceptable(changes: readonly Change[]): readonly Change[] {
  const sound = changes.filter(({ flag }) => flag === undefined);
  return sound.length > 0 ? sound : changes;
}

/** `changes` leave; the text stays as it is. */
export function rejecting(changes: readonly Change[]): TransactionSpec {
  return { effects: settle.of(changes) };
}

function applied(all: readonly Proposal[], effect: StateEffect<unknown>, state: EditorState): readonly Proposal[] {
  if (effect.is(openProposal)) return opened(all, { ...effect.value, phase: "waiting", since: 0, text: "", sketch: "", changes: [], notes: [] });
  if (effect.is(revive)) return revived(all, effect.value);
  if (effect.is(closeProposal)) return all.filter(({ id }) => id !== effect.value);
  if (effect.is(settle)) {
    const open = (change: Change) => !effect.value.includes(change);
    return all.flatMap((each) => (each.changes.every(open) ? each : (remaining({ ...each, changes: each.changes.filter(open) }) ?? [])));
  }
  if (effect.is(startProposal)) {
    const { id, at } = effect.value;
    return changed(all, id, (proposal) => ({ ...proposal, phase: "writing", since: at }));
  }
  if (effect.is(streamProposal)) {
    const { id, piece } = effect.value;
    return changed(all, id, (each) => (each.phase === "done" ? each : compared({ ...each, text: each.text + piece, sketch: "" }, state)));
  }
  if (effect.is(sketchProposal)) {
    const { id, piece } = effect.value;
    return changed(all, id, (each) => (each.phase === "done" ? each : compared({ ...each, sketch: each.sketch + piece }, state)));
  }
  if (effect.is(finishProposal)) {
    const { id, text, notes, units = [] } = effect.value;
    return changed(all, id, (each) => remaining(compared({ ...each, text, sketch: "", notes, phase: "done" }, state, units)));
  }
  if (effect.is(placeBelow)) {
    const { id, at, gap } = effect.value;
    return changed(all, id, (each) => compared({ ...each, from: at, to: at, gap }, state));
  }
  return all;
}

function changed(all: readonly Proposal[], id: string, change: (proposal: Proposal) => Proposal | null): readonly Proposal[] {
  return all.flatMap((each) => (each.id === id ? (change(each) ?? []) : each));
}

function opened(all: readonly Proposal[], { from, to, ...rest }: Proposal): readonly Proposal[] {
  const others = all.filter((each) => each.to < from || to < each.from);
  return inOrder([...others, { ...rest, from, to }]);
}

function inOrder(all: readonly Proposal[]): readonly Proposal[] {
  return all.toSorted((a, b) => a.from - b.from);
}

/** Passages that have come to touch keep what is typed between them to the first. */
function apart(all: readonly Proposal[]): readonly Proposal[] {
  return all.map((each, i) => {
    const from = Math.max(each.from, all[i - 1]?.to ?? 0);
    return from === each.from ? each : { ...each, from, to: Math.max(from, each.to) };
  });
}

/** Words that stand for others are compared when they are checked; new ones are seen as they come. */
function compared(proposal: Proposal, state: EditorState, units: readonly Unit[] = []): Proposal {
  const source = state.sliceDoc(proposal.from, proposal.to);
  const text = source ? proposal.text : proposal.text + proposal.sketch;
  const answer = text && (proposal.gap ?? "") + text;
  const found = (proposal.phase === "done" ? diffWords : diffStreaming)(source, answer);
  const changes = flagged(source, found, units).map((change) => ({
    ...change,
    from: change.from + proposal.from,
    to: change.to + proposal.from,
  }));
  return { ...proposal, changes };
}

/** A finished proposal lives as long as it has open changes. */
function remaining(proposal: Proposal): Proposal | null {
  return proposal.phase === "done" && proposal.changes.length === 0 ? null : proposal;
}

function edited(proposal: Proposal, edit: ChangeDesc): Proposal | null {
  if (proposal.phase !== "done" && edit.touchesRange(proposal.from, proposal.to)) return null;
  const kept = proposal.changes.filter((change) => !displaced(change, edit));
  return remaining(carried({ ...proposal, changes: kept }, edit));
}

/** The changes of a passage that has a newer proposal stay lost. */
function revived(all: readonly Proposal[], lost: Proposal): readonly Proposal[] {
  const here = all.find(({ id }) => id === lost.id);
  if (!here) return all.some((each) => each.from < lost.to && lost.from < each.to) ? all : inOrder([...all, lost]);
  const changes = [...here.changes, ...lost.changes].sort((a, b) => a.from - b.from);
  return changed(all, lost.id, (each) => ({ ...each, changes }));
}

function carried(proposal: Proposal, mapping: ChangeDesc): Proposal {
  const changes = proposal.changes.map((change) => {
    const start = mapping.mapPos(change.from, 1);
    return { ...change, from: start, to: Math.max(start, mapping.mapPos(change.to, -1)) };
  });
  const source = widened(proposal.source, mapping);
  const { from, to } = widened(proposal, mapping);
  // A caret stays one: what is typed there goes before the answer.
  return { ...proposal, source, from: proposal.from === proposal.to ? to : from, to, changes };
}

function widened({ from, to }: Range, mapping: ChangeDesc): Range {
  return { from: mapping.mapPos(from, -1), to: mapping.mapPos(to, 1) };
}

/** Whether an edit changes the words that `change` stands for. Typing beside them does not. */
function displaced(change: Change, edit: ChangeDesc): boolean {
  let hit = false;
  edit.iterChangedRanges((from, to) => {
    if (change.from === change.to) hit ||= from <= change.from && to >= change.from;
    else hit ||= from < change.to && to > change.from;
  });
  return hit;
}

