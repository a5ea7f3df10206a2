/** Whether the form of a document's title, date and tags stands above its text. The form itself is fetched when it is first wanted. */

import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, type PanelConstructor, showPanel } from "@codemirror/view";

export interface Details {
  readonly extension: Extension;
  readonly isShown: boolean;
  toggle(): Promise<void>;
}

const show = StateEffect.define<PanelConstructor | null>();

const shown = StateField.define<PanelConstructor | null>({
  create: () => null,
  update: (panel, { effects }) => effects.reduce((last, effect) => (effect.is(show) ? effect.value : last), panel),
  provide: (field) => showPanel.from(field),
});

export function createDetails(view: () => EditorView): Details {
  const isShown = () => (view().state.field(shown, false) ?? null) !== null;
  const close = () => {
    view().dispatch({ effects: show.of(null) });
    view().focus();
  };
  return {
    extension: shown,
    get isShown() {
      return isShown();
    },
    async toggle() {
      if (isShown()) return close();
      const { createForm } = await import("./front-matter-form");
      view().dispatch({ effects: show.of((editor) => createForm(editor, close)) });
      view().dom.querySelector<HTMLInputElement>(".details-bar input:enabled")?.focus();
    },
  };
}
