/** What the style sheet is told of lines: that columns matter, in tables, code and front matter, and where words begin. */

import { syntaxTree } from "@codemirror/language";
import type { Range } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

const FACES: Record<string, string> = { Table: "line-table", FencedCode: "line-code", CodeBlock: "line-code", FrontmatterContent: "line-code" };
const LINES = Object.fromEntries(Object.entries(FACES).map(([name, face]) => [name, Decoration.line({ class: face })]));

/** What stands before the words of a quotation or an item. */
const MARK = /^[ >]*(?:(?:[-*+]|\d+[.)]) +(?:\[[ xX]\] +)?)?/;

/** Further, and a phone has no room for the words. */
const FURTHEST = 16;

/** How wide that is, in figures; a space takes three quarters of one. */
export function hangOf(line: string): number {
  const mark = MARK.exec(line)![0];
  return Math.min(FURTHEST, mark.length - mark.replace(/[^ ]/g, "").length / 4);
}

/** What is wrapped of a line goes on below its first word. */
function hanging(line: string): Decoration {
  return Decoration.line({ class: "line-hung", attributes: { style: `--hang: ${hangOf(line)}ch` } });
}

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
      enter({ name, from: start, to: end, node }) {
        const hangs = ["Paragraph", "Task"].includes(name) && node.parent!.name !== "Document";
        if (!hangs && !LINES[name]) return true;
        const last = state.doc.lineAt(Math.min(end, to)).number;
        for (let n = state.doc.lineAt(Math.max(start, from)).number; n <= last; n++) {
          const { from: at, text } = state.doc.line(n);
          found.push((LINES[name] ?? hanging(text)).range(at));
        }
        return false;
      },
    });
  }
  return Decoration.set(found, true);
}
