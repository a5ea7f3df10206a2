/** What Markdown makes of the text, as far as it can be waited for. */

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

const PATIENCE_MS = 100;
/** So many characters further it is read: a list or code that was read in part would end where the reading did. */
const FURTHER = 40_000;

/** The tree that is read beyond `position`, or as far as it is read already where that takes too long. */
export function treeTo(state: EditorState, position: number) {
  return ensureSyntaxTree(state, Math.min(state.doc.length, position + FURTHER), PATIENCE_MS) ?? syntaxTree(state);
}
