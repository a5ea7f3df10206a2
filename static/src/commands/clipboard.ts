/** What every program has: back and forth, cut, copy and paste. */

import { redo, selectAll, undo } from "@codemirror/commands";

import type { CommandOf } from "./command";
import { edit, type EditorParts, whenWritable } from "./editing";

export interface ClipboardParts extends EditorParts {
  clipboardRefused(): void;
  /** Whether the browser allowed it. */
  paste(plain: boolean): Promise<boolean>;
}

const when = whenWritable;

export const CLIPBOARD: readonly CommandOf<ClipboardParts>[] = [
  { name: "undo", label: "Undo", group: "clipboard", key: "Mod-z", when, run: edit(undo) },
  { name: "redo", label: "Redo", group: "clipboard", key: "Mod-Shift-z", aliases: ["Mod-y"], when, run: edit(redo) },
  { name: "cut", label: "Cut", group: "clipboard", key: "Mod-x", reach: "native", when, run: (parts) => copy(parts, true) },
  { name: "copy", label: "Copy", group: "clipboard", key: "Mod-c", reach: "native", run: (parts) => copy(parts, false) },
  { name: "paste", label: "Paste", group: "clipboard", key: "Mod-v", reach: "native", when, run: (parts) => paste(parts, false) },
  { name: "paste-plain", label: "Paste as plain text", group: "clipboard", key: "Mod-Shift-v", reach: "native", when, run: (parts) => paste(parts, true) },
  { name: "select-all", label: "Select all", group: "clipboard", key: "Mod-a", reach: "native", run: edit(selectAll) },
];

function copy({ view, clipboardRefused }: ClipboardParts, cut: boolean): void {
  const { from, to } = view.state.selection.main;
  if (from === to) return;
  navigator.clipboard.writeText(view.state.sliceDoc(from, to)).then(() => {
    if (cut) view.dispatch({ changes: { from, to }, userEvent: "delete.cut", scrollIntoView: true });
    view.focus();
  }, clipboardRefused);
}

function paste({ paste, clipboardRefused }: ClipboardParts, plain: boolean): void {
  void paste(plain).then((done) => done || clipboardRefused());
}
