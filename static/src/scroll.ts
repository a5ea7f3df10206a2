/** Two panes that show the same place. The one under the pointer or the focus leads, so no echo is possible. */

import { EditorView } from "@codemirror/view";

import { type Anchor, anchorsWithin } from "./preview";

export interface Panes {
  readonly view: EditorView;
  /** The preview's scrolling element. */
  readonly preview: HTMLElement;
  anchors(): readonly Anchor[];
}

export interface ScrollSync {
  /** Bring the preview to where the editor is: after a change of document or layout. */
  align(): unknown;
  /** After a patch: the preview stays where it is unless the caret's line has left it. */
  settle(): unknown;
  /** Something in the preview has another height now. */
  moved(): unknown;
  /** Bring the preview to the line of the caret, and let it lead. */
  showLine(): void;
  /** Bring the editor to a source line, and let it lead. */
  goTo(line: number): void;
}

/** The line at this part of a pane's height is the one both show. */
const EYE = 0.25;

export function keepInStep({ view, preview, anchors }: Panes): ScrollSync {
  let leader: "editor" | "preview" = "editor";
  /** What brought the preview to where it is. */
  let placed: "scroll" | "caret" = "scroll";
  const lead = (pane: typeof leader) => () => void (leader = pane);
  for (const type of ["pointerenter", "wheel", "touchstart", "focusin", "keydown"]) {
    view.dom.addEventListener(type, lead("editor"), { passive: true });
    preview.addEventListener(type, lead("preview"), { passive: true });
  }

  const places = () => new Places(anchors(), preview, view.state.doc.lines);
  const bothShown = () => view.scrollDOM.clientHeight > 0 && preview.clientHeight > 0;

  const followEditor = () => {
    if (!bothShown()) return;
    placed = "scroll";
    const top = places().topOf(lineAtEye(view));
    preview.scrollTop = atTop(view.scrollDOM) ? 0 : top - EYE * preview.clientHeight;
  };

  const followPreview = () => {
    if (!bothShown()) return;
    const line = places().lineAt(preview.scrollTop + EYE * preview.clientHeight);
    scrollEditor(view, atTop(preview) ? 0 : line);
  };

  const followCaret = () => {
    const caret = view.coordsAtPos(view.state.selection.main.head);
    if (!caret || !bothShown()) return;
    const above = caret.top - view.scrollDOM.getBoundingClientRect().top;
    if (above < 0 || above > view.scrollDOM.clientHeight) return;
    const top = places().topOf(view.state.doc.lineAt(view.state.selection.main.head).number - 1);
    const seen = (top - preview.scrollTop) / preview.clientHeight;
    if (seen >= 0.05 && seen <= 0.85) return;
    placed = "caret";
    preview.scrollTop = top - above;
  };

  view.scrollDOM.addEventListener("scroll", () => leader === "editor" && followEditor(), { passive: true });
  preview.addEventListener("scroll", () => leader === "preview" && followPreview(), { passive: true });

  return {
    align: () => leader === "editor" && followEditor(),
    settle: () => leader === "editor" && followCaret(),
    moved: () => leader === "editor" && (placed === "scroll" ? followEditor() : followCaret()),
    showLine() {
      leader = "preview";
      const line = view.state.doc.lineAt(view.state.selection.main.head).number - 1;
      preview.scrollTop = places().topOf(line) - EYE * preview.clientHeight;
      preview.focus({ preventScroll: true });
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

interface Place {
  readonly line: number;
  readonly top: number;
}

/** Where source lines stand in the preview. Measures only the elements next to the place that is asked for. */
class Places {
  private readonly origin: number;

  constructor(
    private readonly anchors: readonly Anchor[],
    private readonly preview: HTMLElement,
    private readonly lines: number,
  ) {
    this.origin = preview.scrollTop - preview.getBoundingClientRect().top;
  }

  topOf(line: number): number {
    const [a, b] = this.around((anchor) => anchor.line > line);
    return a.top + share(line, a.line, b.line) * (b.top - a.top);
  }

  lineAt(top: number): number {
    const [a, b] = this.around((anchor) => this.top(anchor) > top);
    return a.line + share(top, a.top, b.top) * (b.line - a.line);
  }

  /** The last place that is not `after` and the next; the document's beginning and its end are places too. */
  private around(after: (anchor: Anchor) => boolean): readonly [Place, Place] {
    const next = first(this.anchors, after);
    const block = this.anchors[next - 1];
    if (!block) return [{ line: 0, top: 0 }, this.at(this.anchors[next])];
    const within = anchorsWithin(block);
    const inner = first(within, after);
    return [this.at(within[inner - 1] ?? block), this.at(within[inner] ?? this.anchors[next])];
  }

  private at(anchor: Anchor | undefined): Place {
    return anchor ? { line: anchor.line, top: this.top(anchor) } : { line: this.lines, top: this.preview.scrollHeight };
  }

  private top({ element }: Anchor): number {
    return element.getBoundingClientRect().top + this.origin;
  }
}

/** The first index for which `holds`, by halving: from there on it holds for all. */
function first<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function share(value: number, from: number, to: number): number {
  return to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0;
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
  const { from } = view.state.doc.line(Math.min(Math.floor(line) + 1, view.state.doc.lines));
  const above = (line - Math.floor(line)) * view.lineBlockAt(from).height;
  // The heights of lines that were never drawn are guesses; the editor's own scrolling corrects them.
  const yMargin = EYE * view.scrollDOM.clientHeight - above;
  view.dispatch({ effects: EditorView.scrollIntoView(from, { y: "start", yMargin }) });
}

function atTop(element: HTMLElement): boolean {
  return element.scrollTop <= 1;
}
