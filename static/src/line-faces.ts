/** Lines whose columns matter, those of tables, code and front matter, are told to the style sheet. */

import { syntaxTree } from "@codemirror/language";
import type { Range } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

const FACES: Record<string, string> = { Table: "line-table", FencedCode: "line-code", CodeBlock: "line-code", FrontmatterContent: "line-code" };
const LINES = Object.fromEntries(Object.entries(FACES).map(([name, face]) => [name, Decoration.line({ class: face })]));

class Faces {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = facesOf(view);
  }

  update({ docChanged, viewportChanged, startState, state, view }: ViewUpdate): void {
    if (docChanged || viewportChanged || syntaxTree(startState) !== syntaxTree(state)) this.decorations = facesOf(view);
  }
}

export const lineFaces = ViewPlugin.fromClass(Faces, { decorations: ({ decorations }) => decorations });

function facesOf({ state, visibleRanges }: EditorView): DecorationSet {
  const found: Range<Decoration>[] = [];
  for (const { from, to } of visibleRanges) {
    syntaxTree(state).iterate({
      from,
      to,
      enter({ name, from: start, to: end }) {
        const face = LINES[name];
        if (face === undefined) return true;
        const last = state.doc.lineAt(Math.min(end, to)).number;
        for (let n = state.doc.lineAt(Math.max(start, from)).number; n <= last; n++) found.push(face.range(state.doc.line(n).from));
        return false;
      },
    });
  }
  return Decoration.set(found, true);
}
