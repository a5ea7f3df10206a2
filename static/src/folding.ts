/** Sections, code blocks and front matter folded away: by a mark beside their first line, by key, and as they were last time. */

import { codeFolding, foldAll, foldEffect, foldedRanges, forceParsing, syntaxTree, unfoldAll, unfoldEffect } from "@codemirror/language";
import { type EditorState, type Extension, type Range, type StateCommand, type StateEffect } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";

import { h, icon } from "./dom";
import { Folds } from "./folds";
import { treeTo } from "./syntax";

interface Span {
  readonly from: number;
  readonly to: number;
}

const HEADING = /^(?:ATX|Setext)Heading([1-6])$/;
const FOLDED = /^(?:(?:ATX|Setext)Heading[1-6]|FencedCode|Frontmatter)$/;
const PATIENCE_MS = 200;

/** What can be folded from the line at `position`; null where nothing can. */
export function foldAt(state: EditorState, position: number): Span | null {
  const line = state.doc.lineAt(position);
  let span: Span | null = null;
  syntaxTree(state).iterate({
    from: line.from,
    to: line.to,
    enter(ref) {
      if (ref.from >= line.from && FOLDED.test(ref.name)) span ??= spanOf(state, ref.node);
      return !span;
    },
  });
  return span;
}

/** From the end of the node's first line; null where there is no other line. */
function spanOf({ doc }: EditorState, node: SyntaxNode): Span | null {
  const rank = HEADING.exec(node.name)?.[1];
  let last = node;
  for (let next = node.nextSibling; rank && next && !((HEADING.exec(next.name)?.[1] ?? "9") <= rank); next = next.nextSibling) last = next;
  const from = doc.lineAt(rank ? Math.min(node.to, doc.length) : node.from).to;
  const to = last.to - (/\s*$/.exec(doc.sliceString(from, last.to))?.[0].length ?? 0);
  return to > from ? { from, to } : null;
}

/** The innermost of code, front matter and section that holds `position`. */
export function foldAround(state: EditorState, position: number): Span | null {
  const line = state.doc.lineAt(position);
  const own = foldAt(state, line.from);
  if (own) return own;
  const tree = treeTo(state, line.to);
  const inner = tree.resolveInner(line.to, -1);
  const start = inner.name === "Document" ? (inner.childBefore(line.to) ?? inner) : inner;
  for (let node: SyntaxNode | null = start; node; node = node.parent) {
    if (/^(?:FencedCode|Frontmatter)$/.test(node.name) && node.to >= position) return spanOf(state, node);
    if (node.parent?.name !== "Document") continue;
    for (let before: SyntaxNode | null = node; before; before = before.prevSibling) if (HEADING.test(before.name)) return spanOf(state, before);
  }
  return null;
}

/** Fold what the caret is in, or unfold what begins at its line. */
export const toggleFold: StateCommand = ({ state, dispatch }) => {
  const { head } = state.selection.main;
  const span = foldAround(state, head);
  if (span === null) return false;
  const folded = foldedAt(state, span.from);
  const inside = head > span.from && head <= span.to;
  // A caret in what is folded would unfold it again.
  dispatch(state.update({ effects: folded ? unfoldEffect.of(folded) : foldEffect.of(span), ...(inside && !folded && { selection: { anchor: span.from } }) }));
  return true;
};

/** Fold every section, or unfold everything where something is folded. */
export function toggleAllFolds(view: EditorView): boolean {
  if (foldedRanges(view.state).size > 0) return unfoldAll(view);
  if (!forceParsing(view, view.state.doc.length, PATIENCE_MS)) return foldAll(view);
  const { state } = view;
  const spans: Span[] = [];
  for (let n = 1; n <= state.doc.lines; n++) {
    const span = /^ {0,3}#|^\s*(?:```|~~~)|^---/.test(state.doc.line(n).text) ? foldAt(state, state.doc.line(n).from) : null;
    if (span) spans.push(span);
  }
  if (spans.length === 0) return false;
  const { head } = state.selection.main;
  const around = spans.find(({ from, to }) => head > from && head <= to);
  view.dispatch({ effects: spans.map((span) => foldEffect.of(span)), ...(around && { selection: { anchor: around.from } }) });
  return true;
}

function foldedAt(state: EditorState, from: number): Span | null {
  let found: Span | null = null;
  foldedRanges(state).between(from, from, (start, to) => {
    if (start === from) found = { from: start, to };
  });
  return found;
}

class FoldMark extends WidgetType {
  constructor(private readonly isFolded: boolean) {
    super();
  }

  override eq(other: FoldMark): boolean {
    return other.isFolded === this.isFolded;
  }

  override toDOM(view: EditorView): HTMLElement {
    const label = this.isFolded ? "Unfold" : "Fold";
    const button = h("button", { type: "button", class: "fold-mark", tabindex: "-1", title: label, "aria-label": label, "aria-expanded": String(!this.isFolded) }, icon("chevron"));
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      const { state } = view;
      const span = foldAt(state, view.posAtDOM(button));
      if (span === null) return;
      const folded = foldedAt(state, span.from);
      const { head } = state.selection.main;
      const inside = !folded && head > span.from && head <= span.to;
      view.dispatch({ effects: folded ? unfoldEffect.of(folded) : foldEffect.of(span), ...(inside && { selection: { anchor: span.from } }) });
    });
    return button;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const MARKED = Decoration.line({ class: "foldable" });

class FoldMarks {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = marksOf(view);
  }

  update({ docChanged, viewportChanged, startState, state, view }: ViewUpdate): void {
    const changed = syntaxTree(startState) !== syntaxTree(state) || foldedRanges(startState) !== foldedRanges(state);
    if (docChanged || viewportChanged || changed) this.decorations = marksOf(view);
  }
}

function marksOf({ state, visibleRanges }: EditorView): DecorationSet {
  const found: Range<Decoration>[] = [];
  let last = -1;
  for (const { from, to } of visibleRanges) {
    syntaxTree(state).iterate({
      from,
      to,
      enter({ name, from: at, node }) {
        if (!FOLDED.test(name)) return !/^(?:Paragraph|Table|HTMLBlock)$/.test(name);
        const line = state.doc.lineAt(at).from;
        const span = line > last ? spanOf(state, node) : null;
        if (span === null) return false;
        last = line;
        const isFolded = foldedAt(state, span.from) !== null;
        found.push(MARKED.range(line), Decoration.widget({ widget: new FoldMark(isFolded), side: -1 }).range(line));
        return false;
      },
    });
  }
  return Decoration.set(found, true);
}

export interface Folding {
  readonly extension: Extension;
  /** A document is shown: what was folded in it is folded again. */
  opened(view: EditorView): void;
}

/** `document` names what is open, the same at each visit. */
export function createFolding(document: () => string | null): Folding {
  const folds = new Folds();
  return {
    extension: [
      codeFolding({
        preparePlaceholder: ({ doc }, { from, to }) => doc.lineAt(to).number - doc.lineAt(from).number,
        placeholderDOM(_view, unfold, lines: number) {
          const label = lines === 1 ? "1 line folded; unfold" : `${lines} lines folded; unfold`;
          return h("button", { type: "button", class: "folded", tabindex: "-1", title: "Unfold", "aria-label": label, click: unfold }, lines === 1 ? "… 1 line" : `… ${lines} lines`);
        },
      }),
      ViewPlugin.fromClass(FoldMarks, { decorations: ({ decorations }) => decorations }),
      EditorView.updateListener.of(({ startState, state, transactions }) => {
        const name = document();
        if (name === null || foldedRanges(startState) === foldedRanges(state) || transactions.length === 0) return;
        folds.keep(name, state.doc, spansOf(state));
      }),
    ],
    opened(view) {
      const name = document();
      const wanted = name === null ? [] : folds.of(name, view.state.doc);
      if (wanted.length === 0 || !forceParsing(view, view.state.doc.length, PATIENCE_MS)) return;
      const effects = wanted.flatMap((line): StateEffect<Span>[] => {
        const span = foldAt(view.state, line);
        return span && !foldedAt(view.state, span.from) ? [foldEffect.of(span)] : [];
      });
      if (effects.length > 0) view.dispatch({ effects });
    },
  };
}

function spansOf(state: EditorState): Span[] {
  const spans: Span[] = [];
  foldedRanges(state).between(0, state.doc.length, (from, to) => void spans.push({ from, to }));
  return spans;
}
