/** Each line reads in the direction of its own first letter; one without letters as the document does. */

import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin } from "@codemirror/view";

const AUTO = Decoration.line({ attributes: { dir: "auto" } });

function visibleLines(view: EditorView): DecorationSet {
  const lines = new RangeSetBuilder<Decoration>();
  let done = -1;
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      if (line.from > done && /\p{L}/u.test(line.text)) lines.add(line.from, line.from, AUTO);
      done = line.from;
      at = line.to + 1;
    }
  }
  return lines.finish();
}

export const directionByLine = [
  EditorView.perLineTextDirection.of(true),
  ViewPlugin.define(
    (view) => ({
      decorations: visibleLines(view),
      update(update) {
        if (update.docChanged || update.viewportChanged) this.decorations = visibleLines(update.view);
      },
    }),
    { decorations: (plugin) => plugin.decorations },
  ),
];
