/** A rewrite beside the document: what would change where. The document itself changes only on acceptance. */

import { invertedEffects, isolateHistory } from "@codemirror/commands";
import {
  type ChangeDesc,
  type EditorState,
  type Extension,
  StateEffect,
  StateField,
  type TransactionSpec,
} from "@codemirror/state";

import { type Change, diffStreaming, diffWords } from "./diff";
import type { Range } from "./paragraph";
import { flagged } from "./flags";
import type { Action, Unit } from "./protocol";

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

export interface Proposal extends Opening {
  /** The answer so far. */
  readonly text: string;
  readonly done: boolean;
  /** Open changes in document order; they never touch each other. */
  readonly changes: readonly Change[];
  /** Sentences about the answer: what was kept and why. */
  readonly notes: readonly string[];
}

/** A new proposal replaces any earlier one. */
export const openProposal = StateEffect.define<Opening>();
/** More of the answer, appended. */
export const streamProposal = StateEffect.define<{ readonly id: string; readonly piece: string }>();
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

export const proposalField = StateField.define<Proposal | null>({
  create: () => null,
  update(value, transaction) {
    let proposal = value && transaction.docChanged ? edited(value, transaction.changes) : value;
    for (const effect of transaction.effects) proposal = applied(proposal, effect, transaction.state);
    return proposal;
  },
});

/** Undoing an acceptance, or any edit that displaced changes, brings the changes back. */
const undoable = invertedEffects.of((transaction) => {
  const proposal = transaction.startState.field(proposalField, false);
  if (!proposal?.done || !transaction.docChanged) return [];
  const lost = proposal.changes.filter((change) => displaced(change, transaction.changes));
  return lost.length > 0 ? [revive.of({ ...proposal, changes: lost })] : [];
});

export const proposals: Extension = [proposalField, undoable];

export function currentProposal(state: EditorState): Proposal | null {
  return state.field(proposalField, false) ?? null;
}

/** The change that holds `position`, else the next one after it, else the last. Null while the answer streams. */
export function changeAt(state: EditorState, position: number): Change | null {
  const proposal = currentProposal(state);
  if (!proposal?.done) return null;
  return proposal.changes.find((change) => change.to >= position) ?? proposal.changes.at(-1) ?? null;
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

function applied(proposal: Proposal | null, effect: StateEffect<unknown>, state: EditorState): Proposal | null {
  if (effect.is(openProposal)) return { ...effect.value, text: "", done: false, changes: [], notes: [] };
  if (effect.is(revive)) return revived(proposal, effect.value);
  if (!proposal) return null;
  if (effect.is(streamProposal) && effect.value.id === proposal.id && !proposal.done) {
    return compared({ ...proposal, text: proposal.text + effect.value.piece }, state);
  }
  if (effect.is(finishProposal) && effect.value.id === proposal.id) {
    const { text, notes, units = [] } = effect.value;
    return remaining(compared({ ...proposal, text, notes, done: true }, state, units));
  }
  if (effect.is(placeBelow) && effect.value.id === proposal.id) {
    const { at, gap } = effect.value;
    return compared({ ...proposal, from: at, to: at, gap }, state);
  }
  if (effect.is(closeProposal) && effect.value === proposal.id) return null;
  if (effect.is(settle)) {
    return remaining({ ...proposal, changes: proposal.changes.filter((change) => !effect.value.includes(change)) });
  }
  return proposal;
}

function compared(proposal: Proposal, state: EditorState, units: readonly Unit[] = []): Proposal {
  const source = state.sliceDoc(proposal.from, proposal.to);
  const answer = proposal.text && (proposal.gap ?? "") + proposal.text;
  const found = (proposal.done ? diffWords : diffStreaming)(source, answer);
  const changes = flagged(source, found, units).map((change) => ({
    ...change,
    from: change.from + proposal.from,
    to: change.to + proposal.from,
  }));
  return { ...proposal, changes };
}

/** A finished proposal lives as long as it has open changes. */
function remaining(proposal: Proposal): Proposal | null {
  return proposal.done && proposal.changes.length === 0 ? null : proposal;
}

function edited(proposal: Proposal, edit: ChangeDesc): Proposal | null {
  if (!proposal.done && edit.touchesRange(proposal.from, proposal.to)) return null;
  const kept = proposal.changes.filter((change) => !displaced(change, edit));
  return remaining(carried({ ...proposal, changes: kept }, edit));
}

function revived(proposal: Proposal | null, lost: Proposal): Proposal | null {
  if (!proposal) return lost;
  if (proposal.id !== lost.id || !proposal.done) return proposal;
  const changes = [...proposal.changes, ...lost.changes].sort((a, b) => a.from - b.from);
  return { ...proposal, changes };
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

