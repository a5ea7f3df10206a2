/** Two panes that show the same place. The one under the pointer or the focus leads, so no echo is possible. */

import { EditorView } from "@codemirror/view";

import type { Anchor } from "./preview";

export interface Panes {
  readonly view: EditorView;
  /** The preview's scrolling element. */
  readonly preview: HTMLElement;
  anchors(): readonly Anchor[];
}

export interface ScrollSync {
  /** Bring the preview to where the editor is: after a change of document or layout. */
  align(): void;
  /** After a patch: the preview stays where it is unless the caret's line has left it. */
  settle(): void;
  /** Bring the editor to a source line, and let it lead. */
  goTo(line: number): void;
}

/** The line at this part of a pane's height is the one both show. */
const EYE = 0.25;

export function keepInStep({ view, preview, anchors }: Panes): ScrollSync {
  let leader: "editor" | "preview" = "editor";
  const lead = (pane: typeof leader) => () => void (leader = pane);
  for (const type of ["pointerenter", "wheel", "touchstart", "focusin", "keydown"]) {
    view.dom.addEventListener(type, lead("editor"), { passive: true });
    preview.addEventListener(type, lead("preview"), { passive: true });
  }

  let measured: readonly Point[] | null = null;
  const points = () => (measured ??= measure(anchors(), preview, view.state.doc.lines));
  const forget = new ResizeObserver(() => (measured = null));
  for (const element of [preview, ...preview.children]) forget.observe(element);
  const bothShown = () => view.scrollDOM.clientHeight > 0 && preview.clientHeight > 0;

  const followEditor = () => {
    if (!bothShown()) return;
    const top = topOfLine(points(), lineAtEye(view));
    preview.scrollTop = atTop(view.scrollDOM) ? 0 : top - EYE * preview.clientHeight;
  };

  const followPreview = () => {
    if (!bothShown()) return;
    const line = lineAtTop(points(), preview.scrollTop + EYE * preview.clientHeight);
    scrollEditor(view, atTop(preview) ? 0 : line);
  };

  const followCaret = () => {
    const caret = view.coordsAtPos(view.state.selection.main.head);
    if (!caret || !bothShown()) return;
    const above = caret.top - view.scrollDOM.getBoundingClientRect().top;
    if (above < 0 || above > view.scrollDOM.clientHeight) return;
    const top = topOfLine(points(), view.state.doc.lineAt(view.state.selection.main.head).number - 1);
    const seen = (top - preview.scrollTop) / preview.clientHeight;
    if (seen < 0.05 || seen > 0.85) preview.scrollTop = top - above;
  };

  view.scrollDOM.addEventListener("scroll", () => leader === "editor" && followEditor(), { passive: true });
  preview.addEventListener("scroll", () => leader === "preview" && followPreview(), { passive: true });

  return {
    align() {
      measured = null;
      if (leader === "editor") followEditor();
    },
    settle() {
      measured = null;
      if (leader === "editor") followCaret();
    },
    goTo(line) {
      leader = "editor";
      const number = Math.min(line + 1, view.state.doc.lines);
      const position = view.state.doc.line(number).from;
      view.dispatch({ selection: { anchor: position }, effects: EditorView.scrollIntoView(position, { y: "center" }) });
      view.focus();
    },
  };
}

interface Point {
  readonly line: number;
  readonly top: number;
}

/** Where source lines stand in the preview; the document's end stands at its bottom. */
function measure(anchors: readonly Anchor[], preview: HTMLElement, lines: number): Point[] {
  const origin = preview.scrollTop - preview.getBoundingClientRect().top;
  const found: Point[] = [{ line: 0, top: 0 }];
  for (const { line, element } of anchors) {
    const box = element.getBoundingClientRect();
    const last = found.at(-1)!;
    const top = box.top + origin;
    if (box.height > 0 && line > last.line && top >= last.top) found.push({ line, top });
  }
  found.push({ line: Math.max(lines, found.at(-1)!.line + 1), top: Math.max(preview.scrollHeight, found.at(-1)!.top) });
  return found;
}

function topOfLine(points: readonly Point[], line: number): number {
  const next = points.findIndex((point) => point.line > line);
  if (next < 0) return points.at(-1)!.top;
  const [a, b] = [points[next - 1]!, points[next]!];
  return a.top + ((line - a.line) / (b.line - a.line)) * (b.top - a.top);
}

function lineAtTop(points: readonly Point[], top: number): number {
  const next = points.findIndex((point) => point.top > top);
  if (next < 0) return points.at(-1)!.line;
  const [a, b] = [points[next - 1]!, points[next]!];
  return a.line + ((top - a.top) / (b.top - a.top)) * (b.line - a.line);
}

/** The source line at the editor's eye, with the fraction of it that lies above. */
function lineAtEye(view: EditorView): number {
  const { top } = view.scrollDOM.getBoundingClientRect();
  const height = top + EYE * view.scrollDOM.clientHeight - view.documentTop;
  const block = view.lineBlockAtHeight(height);
  const fraction = Math.min(1, Math.max(0, (height - block.top) / block.height));
  return view.state.doc.lineAt(block.from).number - 1 + fraction;
}

function scrollEditor(view: EditorView, line: number): void {
  if (line === 0) {
    view.scrollDOM.scrollTop = 0;
    return;
  }
  const number = Math.min(Math.floor(line) + 1, view.state.doc.lines);
  const block = view.lineBlockAt(view.state.doc.line(number).from);
  const origin = view.documentTop - view.scrollDOM.getBoundingClientRect().top + view.scrollDOM.scrollTop;
  const wanted = block.top + (line - Math.floor(line)) * block.height;
  view.scrollDOM.scrollTop = origin + wanted - EYE * view.scrollDOM.clientHeight;
}

function atTop(element: HTMLElement): boolean {
  return element.scrollTop <= 1;
}
