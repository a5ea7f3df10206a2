/** What commands on the text have in common: the editor, and whether it may be written in. */

import type { StateCommand } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

export interface EditorParts {
  readonly view: EditorView;
}

const READ_ONLY = "This document can only be read here.";

/** For `when` of a command that changes the text. */
export function whenWritable({ view }: EditorParts): string {
  return view.state.readOnly ? READ_ONLY : "";
}

/** For `run`: do it, and let the writer go on in the text. */
export function edit(command: StateCommand): (parts: EditorParts) => boolean {
  return ({ view }) => {
    const done = command(view);
    view.focus();
    return done;
  };
}
