/** Everything a writer can do, once: the keymap, the buttons, the menus and the help are all made from this. */

import { redo, selectAll, undo } from "@codemirror/commands";
import { openSearchPanel } from "@codemirror/search";
import type { StateCommand } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";

import type { Exporting } from "./exporting";
import { cycleHeading, insertBlock, insertImage, insertLink, toggleLines, toggleMark } from "./formatting";
import type { MenuItem } from "./menu";
import { accepting, rejecting } from "./proposal";
import { goToChange, settleAll, settleHere } from "./review";

export type Group = "ai" | "review" | "text" | "blocks" | "clipboard" | "documents" | "export" | "view";

export interface Command {
  readonly name: string;
  readonly label: string;
  readonly group: Group;
  /** As CodeMirror writes keys. */
  readonly key?: string;
  /** `page`: works wherever the focus is. `native`: the editor or the browser binds the key already. */
  readonly reach?: "page" | "native";
  /** Of something that is on or off. */
  isOn?(): boolean;
  /** False: not now, so the key means what it means without it. */
  run(): boolean;
}

/** What commands need of the other modules. */
export interface CommandParts {
  readonly view: EditorView;
  readonly exporting: Exporting;
  askAi(): void;
  openMenu(): void;
  openModels(): void;
  stopModel(): boolean;
  retry(): void;
  complete(): boolean;
  /** Whether text at the caret comes unasked. */
  readonly caretText: { readonly isOn: boolean; toggle(): void };
  insertBelow(): void;
  copySuggestion(): void;
  fixProblem(): boolean;
  readonly underlines: { readonly isOn: boolean; toggle(): void };
  toggleAuthorship(): void;
  openReceipt(): boolean;
  save(): void;
  newDocument(): void;
  searchDocuments(): void;
  /** Of the open document. */
  rename(): void;
  duplicate(): void;
  move(): void;
  remove(): void;
  history(): void;
  trash(): void;
  toggleDocuments(): void;
  cycleLayout(): void;
  cycleTheme(): void;
  nextPane(): void;
  help(): void;
  clipboardRefused(): void;
  paste(plain: boolean): Promise<boolean>;
  /** Have the writer choose files to take over, or pictures for the text. */
  pickFiles(pictures: boolean): void;
  download(): void;
  downloadAll(): void;
}

export const GROUP_TITLES: Record<Group, string> = {
  ai: "AI",
  review: "Suggestions",
  text: "Words",
  blocks: "Lines",
  clipboard: "Clipboard",
  documents: "Documents",
  export: "Export",
  view: "View",
};

const TABLE = "| Column | Column |\n| --- | --- |\n|  |  |";

export function commandsFor(parts: CommandParts): readonly Command[] {
  const { view, exporting } = parts;
  const edit = (command: StateCommand) => () => {
    const done = command(view);
    view.focus();
    return done;
  };
  const always = (run: () => unknown) => () => {
    run();
    return true;
  };
  return [
    { name: "ask", label: "Ask AI…", group: "ai", key: "Mod-j", reach: "page", run: always(parts.askAi) },
    { name: "menu", label: "Menu of the model’s actions", group: "ai", key: "Shift-F10", run: always(parts.openMenu) },

    { name: "models", label: "Models…", group: "ai", key: "Shift-F4", reach: "page", run: always(parts.openModels) },
    { name: "complete", label: "Go on with the sentence", group: "ai", key: "Alt-\\", run: () => parts.complete() },
    { name: "caret-text", label: "Suggest text in a pause", group: "ai", isOn: () => parts.caretText.isOn, run: always(parts.caretText.toggle) },

    { name: "accept-all", label: "Accept all", group: "review", key: "Mod-Enter", run: () => settleAll(view, accepting) },
    { name: "accept", label: "Accept this change", group: "review", key: "Alt-Enter", run: () => settleHere(view, accepting) },
    { name: "reject", label: "Reject this change", group: "review", key: "Alt-Backspace", run: () => settleHere(view, rejecting) },
    { name: "next-change", label: "Next change", group: "review", key: "F8", reach: "page", run: () => goToChange(view, 1) },
    { name: "previous-change", label: "Previous change", group: "review", key: "Shift-F8", reach: "page", run: () => goToChange(view, -1) },
    { name: "escape", label: "Stop the model, or reject all", group: "review", key: "Escape", reach: "page", run: () => parts.stopModel() || settleAll(view, rejecting) },
    { name: "retry", label: "Ask again", group: "review", key: "Alt-r", run: always(parts.retry) },
    { name: "insert-below", label: "Insert below the text", group: "review", run: always(parts.insertBelow) },
    { name: "copy-suggestion", label: "Copy the suggestion", group: "review", run: always(parts.copySuggestion) },

    { name: "authorship", label: "Show or hide what the model wrote", group: "review", key: "F9", reach: "page", run: always(parts.toggleAuthorship) },
    { name: "receipt", label: "About these words of the model", group: "review", key: "Shift-F9", reach: "page", run: () => parts.openReceipt() },

    { name: "fix-problem", label: "Fix what is underlined", group: "text", key: "Mod-.", run: () => parts.fixProblem() },
    { name: "underlines", label: "Underline problems while writing", group: "text", isOn: () => parts.underlines.isOn, run: always(() => parts.underlines.toggle()) },
    { name: "bold", label: "Bold", group: "text", key: "Mod-b", run: edit(toggleMark("**")) },
    { name: "italic", label: "Italic", group: "text", key: "Mod-i", run: edit(toggleMark("*")) },
    { name: "strikethrough", label: "Strikethrough", group: "text", key: "Mod-Shift-x", run: edit(toggleMark("~~")) },
    { name: "code", label: "Code", group: "text", key: "Mod-e", run: edit(toggleMark("`")) },
    { name: "link", label: "Link", group: "text", key: "Mod-k", run: edit(insertLink) },
    { name: "image", label: "Image", group: "text", run: edit(insertImage) },
    { name: "picture", label: "Picture from a file…", group: "text", run: always(() => parts.pickFiles(true)) },

    { name: "heading", label: "Heading", group: "blocks", key: "Mod-Shift-h", run: edit(cycleHeading) },
    { name: "numbered-list", label: "Numbered list", group: "blocks", key: "Mod-Shift-7", run: edit(toggleLines("1. ", /^\d+[.)] /, true)) },
    { name: "bulleted-list", label: "Bulleted list", group: "blocks", key: "Mod-Shift-8", run: edit(toggleLines("- ", /^[-*+] (?!\[[ xX]\] )/)) },
    { name: "task-list", label: "Task list", group: "blocks", run: edit(toggleLines("- [ ] ", /^[-*+] \[[ xX]\] /)) },
    { name: "quote", label: "Quote", group: "blocks", key: "Mod-Shift-9", run: edit(toggleLines("> ", /^> /)) },
    { name: "table", label: "Table", group: "blocks", run: edit(insertBlock(TABLE, 2)) },
    { name: "code-block", label: "Code block", group: "blocks", run: edit(insertBlock("```\n\n```", 4)) },

    { name: "undo", label: "Undo", group: "clipboard", key: "Mod-z", reach: "native", run: edit(undo) },
    { name: "redo", label: "Redo", group: "clipboard", key: "Mod-Shift-z", reach: "native", run: edit(redo) },
    { name: "cut", label: "Cut", group: "clipboard", key: "Mod-x", reach: "native", run: always(() => copy(parts, true)) },
    { name: "copy", label: "Copy", group: "clipboard", key: "Mod-c", reach: "native", run: always(() => copy(parts, false)) },
    { name: "paste", label: "Paste", group: "clipboard", key: "Mod-v", reach: "native", run: always(() => paste(parts, false)) },
    { name: "paste-plain", label: "Paste as plain text", group: "clipboard", key: "Mod-Shift-v", reach: "native", run: always(() => paste(parts, true)) },
    { name: "select-all", label: "Select all", group: "clipboard", key: "Mod-a", reach: "native", run: edit(selectAll) },

    { name: "save", label: "Save now", group: "documents", key: "Mod-s", reach: "page", run: always(parts.save) },
    { name: "new-document", label: "New document…", group: "documents", run: always(parts.newDocument) },
    { name: "import", label: "Import…", group: "documents", run: always(() => parts.pickFiles(false)) },
    { name: "search-documents", label: "Search all documents", group: "documents", key: "Mod-Shift-f", reach: "page", run: always(parts.searchDocuments) },
    { name: "rename", label: "Rename…", group: "documents", run: always(parts.rename) },
    { name: "duplicate", label: "Duplicate", group: "documents", run: always(parts.duplicate) },
    { name: "move", label: "Move to a folder…", group: "documents", run: always(parts.move) },
    { name: "history", label: "History…", group: "documents", key: "F4", reach: "page", run: always(parts.history) },
    { name: "delete", label: "Delete", group: "documents", run: always(parts.remove) },
    { name: "trash", label: "Deleted documents…", group: "documents", run: always(parts.trash) },
    { name: "documents", label: "Show or hide documents", group: "documents", key: "Mod-Shift-\\", reach: "page", run: always(parts.toggleDocuments) },
    { name: "find", label: "Find and replace", group: "documents", key: "Mod-f", reach: "native", run: always(() => openSearchPanel(view)) },

    { name: "export", label: "Preview and export…", group: "export", key: "Mod-Shift-e", reach: "page", run: always(exporting.open) },
    { name: "copy-for-substack", label: "Copy for Substack", group: "export", run: always(() => exporting.copyAs("substack-html")) },
    { name: "export-html", label: "Web page", group: "export", run: always(() => exporting.download("html")) },
    { name: "download", label: "Markdown file", group: "export", run: always(parts.download) },
    { name: "download-all", label: "All documents as a zip", group: "export", run: always(parts.downloadAll) },
    { name: "copy-rich-text", label: "Copy as rich text", group: "export", run: always(() => exporting.copyAs("rich-text")) },
    { name: "copy-plain-text", label: "Copy as plain text", group: "export", run: always(() => exporting.copyAs("text")) },
    { name: "disclose", label: "Tell readers what the model wrote", group: "export", isOn: () => exporting.discloses, run: always(exporting.toggleDisclosure) },

    { name: "layout", label: "Write, side by side, read", group: "view", key: "Mod-\\", reach: "page", run: always(parts.cycleLayout) },
    { name: "theme", label: "Light, dark, as the system", group: "view", run: always(parts.cycleTheme) },
    { name: "next-pane", label: "Next pane", group: "view", key: "F6", reach: "page", run: always(parts.nextPane) },
    { name: "help", label: "Help", group: "view", key: "Mod-/", reach: "page", run: always(parts.help) },
  ];
}

export function keymapOf(commands: readonly Command[]): KeyBinding[] {
  return commands.flatMap(({ key, reach, run }) =>
    key === undefined || reach === "native" ? [] : [{ key, scope: reach === "page" ? "editor page" : "editor", run }],
  );
}

/** Buttons of the page that name a command run it, and say its key in their tooltip. */
export function connectButtons(root: ParentNode, commands: readonly Command[]): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-command]")) {
    const command = commands.find(({ name }) => name === button.dataset["command"]);
    if (!command) throw new Error(`The page names an unknown command: ${button.dataset["command"]}`);
    button.addEventListener("click", () => command.run());
    button.title = [button.getAttribute("aria-label"), command.key && keyLabel(command.key)].filter(Boolean).join("  ");
  }
}

/** The commands whose buttons have no room on this screen. */
export function unseen(commands: readonly Command[]): Command[] {
  const hidden = [...document.querySelectorAll<HTMLElement>(".topbar [data-command]")].filter((button) => !button.checkVisibility());
  return commands.filter(({ name }) => hidden.some((button) => button.dataset["command"] === name));
}

export function menuItems(commands: readonly Command[]): MenuItem[] {
  return commands.map(({ label, key, isOn, run }) => ({ label, ...(key && { key: keyLabel(key) }), ...(isOn && { isOn }), run }));
}

const MAC_SIGNS: Record<string, string> = {
  Mod: "⌘",
  Alt: "⌥",
  Shift: "⇧",
  Enter: "↩",
  Backspace: "⌫",
  Escape: "Esc",
};
const OTHER_SIGNS: Record<string, string> = { Mod: "Ctrl", Enter: "Enter", Escape: "Esc" };

/** `Mod-Shift-x` as this machine's keyboard writes it. */
export function keyLabel(key: string, mac = /Mac|iP(?:hone|ad)/.test(navigator.platform)): string {
  const signs = mac ? MAC_SIGNS : OTHER_SIGNS;
  return key
    .split("-")
    .map((part) => signs[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(mac ? "" : "+");
}

function copy({ view, clipboardRefused }: CommandParts, cut: boolean): void {
  const { from, to } = view.state.selection.main;
  if (from === to) return;
  navigator.clipboard.writeText(view.state.sliceDoc(from, to)).then(() => {
    if (cut) view.dispatch({ changes: { from, to }, userEvent: "delete.cut", scrollIntoView: true });
    view.focus();
  }, clipboardRefused);
}

function paste({ paste, clipboardRefused }: CommandParts, plain: boolean): void {
  void paste(plain).then((done) => done || clipboardRefused());
}
