/** Places in the text where something will stand that is on its way: they move with the words around them. */

import { isolateHistory } from "@codemirror/commands";
import { type EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

import { h } from "./dom";

interface Place {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** What arrived, and which part of it is to be selected; null for the caret behind it. */
export interface Arrival {
  readonly text: string;
  readonly select: readonly [from: number, to: number] | null;
}

const awaited = StateEffect.define<Place>({ map: (place, changes) => ({ ...place, from: changes.mapPos(place.from, -1), to: changes.mapPos(place.to, 1) }) });
const settled = StateEffect.define<string>();

const places = StateField.define<readonly Place[]>({
  create: () => [],
  update(value, transaction) {
    let next = value;
    if (transaction.docChanged) {
      // What is typed right behind the place stays behind it.
      next = next.map((place) => {
        const from = transaction.changes.mapPos(place.from, -1);
        return { ...place, from, to: place.from === place.to ? from : transaction.changes.mapPos(place.to, -1) };
      });
    }
    for (const effect of transaction.effects) {
      if (effect.is(awaited)) next = [...next, effect.value];
      else if (effect.is(settled)) next = next.filter(({ id }) => id !== effect.value);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, shown),
});

export const arriving: Extension = places;

/** Await something in the place of the selection, or at `at`. `label` says what, to be seen there while it takes long. */
export function awaitHere(view: EditorView, label: string, at?: number): string {
  const id = crypto.randomUUID();
  const { from, to } = at === undefined ? view.state.selection.main : { from: at, to: at };
  view.dispatch({ effects: awaited.of({ id, from, to, label }) });
  return id;
}

/** Where that is to stand; null when its document is not in the editor any more. */
export function placeOf(state: EditorState, id: string): { readonly from: number; readonly to: number } | null {
  return state.field(places, false)?.find((place) => place.id === id) ?? null;
}

/** Put `arrival` where it was awaited, as one step that undo takes back. The caret goes along unless the writer moved it. */
export function land(view: EditorView, id: string, arrival: Arrival | null): void {
  const place = placeOf(view.state, id);
  if (place === null) return;
  if (arrival === null) return view.dispatch({ effects: settled.of(id) });
  const { from, to } = place;
  const { main } = view.state.selection;
  const [start, end] = arrival.select ?? [arrival.text.length, arrival.text.length];
  const waits = main.from === from && main.to === to;
  view.dispatch({
    changes: { from, to, insert: arrival.text },
    effects: settled.of(id),
    ...(waits && { selection: { anchor: from + start, head: from + end }, scrollIntoView: true }),
    annotations: isolateHistory.of("full"),
    userEvent: "input.paste",
  });
}

class Label extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: Label): boolean {
    return other.text === this.text;
  }

  toDOM(): HTMLElement {
    return h("span", { class: "arriving", role: "status" }, this.text);
  }
}

function shown(all: readonly Place[]): DecorationSet {
  return Decoration.set(
    all.map(({ to, label }) => Decoration.widget({ widget: new Label(label), side: 1 }).range(to)),
    true,
  );
}
