/** Where a search hit stands in the text now, selected and in sight; the text may have changed since it was found. */

import type { Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import type { Range } from "./paragraph";
import type { Found } from "./protocol";

export function showFound(view: EditorView, hit: Found): void {
  const { from, to } = placeOf(view.state.doc, hit);
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}

/** The match; else the start of its line. */
export function placeOf(doc: Text, { line, before, match }: Found): Range {
  const { from, text } = doc.line(Math.min((line ?? 0) + 1, doc.lines));
  const context = before.replace(/^…/, "");
  const at = text.indexOf(context + match);
  const start = at >= 0 ? at + context.length : text.indexOf(match);
  return start < 0 ? { from, to: from } : { from: from + start, to: from + start + match.length };
}
