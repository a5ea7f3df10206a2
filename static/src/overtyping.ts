/** What is typed over a selection of several lines. Knows no Markdown. */

import { EditorView } from "@codemirror/view";

/**
 * Left to the browser, it would make one line of them by itself and write their look into a `style`, which the page's
 * policy forbids and reports; the editor says the same in one transaction. What is composed stays the browser's.
 */
export const overtyping = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data } = event;
    const { state } = view;
    const { from, to } = state.selection.main;
    if (inputType !== "insertText" || data === null || event.isComposing || view.composing || state.readOnly) return false;
    if (state.doc.lineAt(from).to >= to) return false;
    const insert = () => state.update(state.replaceSelection(state.toText(data)), { userEvent: "input.type", scrollIntoView: true });
    if (!state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});
