/** What Markdown makes of the text, as far as it can be waited for. */

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

const PATIENCE_MS = 100;

/** The tree that is read up to `position`, or as far as it is read already where that takes too long. */
export function treeTo(state: EditorState, position: number) {
  return ensureSyntaxTree(state, position, PATIENCE_MS) ?? syntaxTree(state);
}
