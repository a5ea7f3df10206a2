/** What is typed over a selection. Knows no Markdown. */

import { EditorView } from "@codemirror/view";

/**
 * Left to the browser, it would write the look of what it replaces into a `style`, where that is several lines or has
 * marks in it, as what is found. The page's policy forbids and reports that; the editor says the same in one
 * transaction. What is composed stays the browser's.
 */
export const overtyping = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data } = event;
    const { state } = view;
    const { from, to } = state.selection.main;
    if (inputType !== "insertText" || data === null || event.isComposing || view.composing || state.readOnly) return false;
    if (from === to) return false;
    const insert = () => state.update(state.replaceSelection(state.toText(data)), { userEvent: "input.type", scrollIntoView: true });
    if (!state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});
