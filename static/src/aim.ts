/** Which text an action means at this selection, and where its answer goes. Knows no model. */

import { syntaxTree } from "@codemirror/language";
import { type EditorState, StateField } from "@codemirror/state";

import { isVerbatim, outsideWord, paragraphAt, type Range, trimmed } from "./paragraph";
import type { Action } from "./protocol";
import { countWords } from "./status";
import { treeTo } from "./syntax";

/** What a wish means at this caret: the text to send and the range that the answer stands for. */
export interface Target {
  readonly source: Range;
  readonly from: number;
  readonly to: number;
  readonly gap?: string;
}

export const BELOW = "\n\n";
export const AT_CARET = "At the caret";
const NO_PARAGRAPH = "There is no paragraph at the caret: select some text, or put the caret into a paragraph.";
const NO_PROSE = "The caret is in code, HTML or front matter: select some text, or put the caret into a paragraph.";

/** As the Markdown parser calls them. */
const HTML = /^(?:HTML|Comment|ProcessingInstruction)Block$/;
/** What is worked on whole or not at all, since half of it reads as something else. */
const WHOLE = /Block$|^(?:FencedCode|LinkReference|Image|InlineCode|HTMLTag|Comment|Autolink|URL)$/;

/** Whether what is selected was found, and not chosen by the writer: then it is a place, and its paragraph is meant. */
export const foundField = StateField.define<boolean>({
  create: () => false,
  update: (found, transaction) => (transaction.selection || transaction.docChanged ? transaction.isUserEvent("select.search") : found),
});

function selectionOf(state: EditorState): Range | null {
  const chosen = state.field(foundField, false) ? null : trimmed(state.doc, state.selection.main);
  return chosen && uncut(state, chosen);
}

/** `range` with all of what it has a part of. */
function uncut(state: EditorState, range: Range): Range {
  let { from, to } = range;
  treeTo(state, to).iterate({
    from: from + 1,
    to: to - 1,
    enter({ name, node }) {
      // The words of a link are the writer's; what holds them belongs to all of it.
      const whole = /^Link[MLT]/.test(name) ? node.parent : WHOLE.test(name) || (name === "Frontmatter" && range.to > node.to) ? node : null;
      if (!whole) return;
      from = Math.min(from, whole.from);
      to = Math.max(to, whole.to);
    },
  });
  return { from, to };
}

/** What `action` is about at this selection; else why it cannot be, as a sentence. */
export function aim(state: EditorState, action: Action): Target | string {
  const { to, head } = state.selection.main;
  const selected = selectionOf(state);
  if (action.scope === "below") return below(state, selected ?? trimmed(state.doc, { from: 0, to: state.doc.length }), to);
  if (selected) return action.scope === "insert" ? { source: selected, from: selected.to, to: selected.to } : { source: selected, ...selected };
  const line = state.doc.lineAt(head);
  if (isVerbatim(state.doc, line.number) || isHtml(state, line.from)) return NO_PROSE;
  if (action.scope === "insert") return insertion(state, outsideWord(state.doc, head));
  const paragraph = paragraphAt(state.doc, head);
  if (paragraph) return { source: paragraph, ...paragraph };
  return action.name === "ask" && line.text.trim() === "" ? insertion(state, head) : NO_PARAGRAPH;
}

/** What is about `source`, without a selection the whole text, goes below the paragraph at `head`. */
function below(state: EditorState, source: Range | null, head: number): Target | string {
  if (!source) return NO_PARAGRAPH;
  const at = paragraphAt(state.doc, head)?.to ?? head;
  const end = state.doc.lineAt(at).to;
  return { source, from: end, to: end, gap: BELOW };
}

/** What the model's actions would be about now, in the writer's words. */
export function describeAim(state: EditorState): string {
  const selected = selectionOf(state);
  if (!selected) return paragraphAt(state.doc, state.selection.main.head) ? "This paragraph" : AT_CARET;
  const words = countWords(state.sliceDoc(selected.from, selected.to));
  return `${words.toLocaleString("en")} ${words === 1 ? "word" : "words"} selected`;
}

/** Text for the caret continues the paragraph it stands in. */
function insertion(state: EditorState, at: number): Target {
  const paragraph = paragraphAt(state.doc, at);
  const start = paragraph && paragraph.from < at && at <= paragraph.to ? paragraph.from : at;
  return { source: { from: start, to: at }, from: at, to: at };
}

/** Whether the line at `start` belongs to a block of HTML. */
function isHtml(state: EditorState, start: number): boolean {
  let found = false;
  syntaxTree(state).iterate({ from: start, to: start, enter: ({ name }) => void (found ||= HTML.test(name)) });
  return found;
}
