/** Ways to write undisturbed: nothing but the text, the caret's line in the middle, one paragraph at a time. */

import { EditorState, type Extension, type Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

import { recall, remember } from "./memory";

export interface Mode {
  readonly isOn: boolean;
  toggle(): void;
}

export interface Modes {
  readonly extension: Extension;
  /** Nothing but the text. */
  readonly zen: Mode;
  /** The line of the caret stays in the middle. */
  readonly typewriter: Mode;
  /** What is not the paragraph at the caret steps back. */
  readonly focus: Mode;
}

/** `root` carries the modes as data attributes, from which the style sheet reads them; `changed` runs after each change. */
export function createModes(root: HTMLElement, view: () => EditorView, changed: () => void): Modes {
  const mode = (name: string): Mode => {
    const key = `meai-${name}`;
    const apply = (on: boolean) => root.toggleAttribute(`data-${name}`, on);
    apply(recall(key) === "on");
    return {
      get isOn() {
        return root.hasAttribute(`data-${name}`);
      },
      toggle() {
        const on = !this.isOn;
        apply(on);
        remember(key, on ? "on" : "off");
        view().dispatch({ effects: EditorView.scrollIntoView(view().state.selection.main.head, { y: on ? "center" : "nearest" }) });
        view().focus();
        changed();
      },
    };
  };
  const [zen, typewriter, focus] = [mode("zen"), mode("typewriter"), mode("focus")];
  return {
    zen,
    typewriter,
    focus,
    extension: [
      EditorState.transactionExtender.of((transaction) =>
        typewriter.isOn && movesByKey(transaction)
          ? { effects: EditorView.scrollIntoView(transaction.newSelection.main.head, { y: "center" }) }
          : null,
      ),
      ViewPlugin.define((editor) => new Here(editor, focus), { decorations: (here) => here.marks }),
    ],
  };
}

/** A pointer's caret stays under the pointer. */
function movesByKey(transaction: Transaction): boolean {
  if (transaction.isUserEvent("select.pointer")) return false;
  return transaction.selection !== undefined || transaction.isUserEvent("input") || transaction.isUserEvent("delete");
}

const HERE = Decoration.line({ class: "here" });

/** Marks the lines of the paragraph at the caret, while that matters. */
class Here {
  marks: DecorationSet;
  private shown: boolean;

  constructor(view: EditorView, private readonly focus: Mode) {
    this.shown = focus.isOn;
    this.marks = this.shown ? here(view.state) : Decoration.none;
  }

  update(update: ViewUpdate): void {
    const toggled = this.shown !== this.focus.isOn;
    this.shown = this.focus.isOn;
    if (toggled || update.docChanged || update.selectionSet) this.marks = this.shown ? here(update.state) : Decoration.none;
  }
}

/** A paragraph of more lines than any screen shows is marked so far up and down. */
const MOST = 200;

function here({ doc, selection }: EditorState): DecorationSet {
  const at = doc.lineAt(selection.main.head).number;
  const isText = (number: number) => doc.line(number).text.trim() !== "";
  let [first, last] = [at, at];
  while (isText(at) && first > 1 && at - first < MOST && isText(first - 1)) first--;
  while (isText(at) && last < doc.lines && last - at < MOST && isText(last + 1)) last++;
  const lines = Array.from({ length: last - first + 1 }, (_, count) => doc.line(first + count));
  return Decoration.set(lines.map((line) => HERE.range(line.from)));
}
