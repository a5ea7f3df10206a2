/** Words that were accepted just now, marked for a while so that the eye finds what has changed. Knows no proposal. */

import { type ChangeDesc, type ChangeSet, EditorState, type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** As long as `proposal.css` lets the marks fade. */
const SEEN_MS = 4_000;

/** The words that the transaction puts in are marked so. */
const mark = StateEffect.define<Decoration>();
/** The marks of one acceptance go. */
export const unmark = StateEffect.define<Decoration>();

export const acceptedField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { docChanged, changes, effects }) {
    let now = docChanged ? unedited(marks, changes) : marks;
    for (const effect of effects) {
      if (effect.is(mark)) now = now.update({ add: putIn(changes, effect.value) });
      if (effect.is(unmark)) now = now.update({ filter: (_from, _to, each) => each !== effect.value });
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** No part of the history: undone and done again, the words are no news. */
const marking = EditorState.transactionExtender.of((transaction) => {
  if (!transaction.isUserEvent("input.ai")) return null;
  let count = 0;
  transaction.changes.iterChanges(() => count++, true);
  const said = EditorView.announce.of(count === 1 ? "1 change accepted." : `${count} changes accepted.`);
  return { effects: [mark.of(Decoration.mark({ class: "accepted" })), said] };
});

const fading = EditorView.updateListener.of(({ view, transactions }) => {
  for (const effect of transactions.flatMap(({ effects }) => effects)) {
    if (effect.is(mark)) setTimeout(() => view.dispatch({ effects: unmark.of(effect.value) }), SEEN_MS);
  }
});

export const accepted: Extension = [acceptedField, marking, fading];

/** Words that are written in are the writer's matter now; what is written beside them leaves them marked. */
function unedited(marks: DecorationSet, changes: ChangeDesc): DecorationSet {
  if (marks.size === 0) return marks;
  const isWhole = (from: number, to: number) => {
    let whole = true;
    changes.iterChangedRanges((start, end) => (whole &&= end <= from || to <= start));
    return whole;
  };
  return marks.update({ filter: isWhole }).map(changes);
}

function putIn(changes: ChangeSet, words: Decoration): Range<Decoration>[] {
  const ranges: Range<Decoration>[] = [];
  changes.iterChanges((_from, _to, from, to) => from < to && ranges.push(words.range(from, to)), true);
  return ranges;
}
