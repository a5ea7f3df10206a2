/** Marks on words and before lines, and what is put between them. */

import { footnote } from "../footnotes";
import { cycleHeading, insertBlock, insertLink, toggleLines, toggleMark } from "../formatting";
import type { CommandOf } from "./command";
import { edit, type EditorParts, whenWritable } from "./editing";

export interface TextParts extends EditorParts {
  /** False where nothing is selected. */
  enterBubble(): boolean;
  /** False where nothing is underlined. */
  fixProblem(): boolean;
  readonly underlines: { readonly isOn: boolean };
  toggleUnderlines(): void;
  openSpelling(): void;
  /** Address, description and width of the picture at the caret, or of a new one. */
  askImage(): void;
  /** Have the writer choose files to take over, or pictures for the text. */
  pickFiles(pictures: boolean): void;
}

const TABLE = "| Column | Column |\n| --- | --- |\n|  |  |";
const when = whenWritable;
const whenSelected = ({ view }: EditorParts) => (view.state.selection.main.empty ? "Nothing is selected." : "");

export const WORDS: readonly CommandOf<TextParts>[] = [
  { name: "bold", label: "Bold", group: "text", key: "Mod-b", words: "strong", when, run: edit(toggleMark("**")) },
  { name: "italic", label: "Italic", group: "text", key: "Mod-i", words: "emphasis", when, run: edit(toggleMark("*")) },
  { name: "strikethrough", label: "Strikethrough", group: "text", key: "Mod-Shift-x", words: "delete cross", when, run: edit(toggleMark("~~")) },
  { name: "code", label: "Code", group: "text", key: "Mod-e", words: "monospace", when, run: edit(toggleMark("`")) },
  { name: "link", label: "Link", group: "text", key: "Mod-k", words: "url", when, run: edit(insertLink) },
  { name: "image", label: "Image…", group: "text", words: "picture alt description width size", when, run: (parts) => parts.askImage() },
  { name: "picture", label: "Picture from a file…", group: "text", words: "image upload", when, run: (parts) => parts.pickFiles(true) },
  { name: "fix-problem", label: "Fix what is underlined", group: "text", key: "Mod-.", words: "spelling grammar correct", when, run: (parts) => parts.fixProblem() },
  { name: "underlines", label: "Underline problems while writing", group: "text", words: "spelling grammar", isOn: ({ underlines }) => underlines.isOn, run: (parts) => parts.toggleUnderlines() },
  { name: "spelling", label: "Spelling and dictionary…", group: "text", words: "english dialect british american words language", run: (parts) => parts.openSpelling() },
  { name: "selection-toolbar", label: "Toolbar of the selection", group: "text", key: "Alt-F10", words: "bubble", when: whenSelected, run: (parts) => parts.enterBubble() },
];

export const LINES: readonly CommandOf<EditorParts>[] = [
  { name: "heading", label: "Heading", group: "blocks", key: "Mod-Shift-h", words: "title section", when, run: edit(cycleHeading) },
  { name: "numbered-list", label: "Numbered list", group: "blocks", key: "Mod-Shift-7", words: "ordered", when, run: edit(toggleLines("1. ", /^\d+[.)] /, true)) },
  { name: "bulleted-list", label: "Bulleted list", group: "blocks", key: "Mod-Shift-8", words: "unordered points", when, run: edit(toggleLines("- ", /^[-*+] (?!\[[ xX]\] )/)) },
  { name: "task-list", label: "Task list", group: "blocks", words: "todo check", when, run: edit(toggleLines("- [ ] ", /^[-*+] \[[ xX]\] /)) },
  { name: "quote", label: "Quote", group: "blocks", key: "Mod-Shift-9", when, run: edit(toggleLines("> ", /^> /)) },
  { name: "table", label: "Table", group: "blocks", words: "columns rows", when, run: edit(insertBlock(TABLE, 2, "Column".length)) },
  { name: "footnote", label: "Footnote, or go to its note", group: "blocks", key: "Mod-Alt-f", words: "note reference", when, run: edit(footnote) },
  { name: "code-block", label: "Code block", group: "blocks", words: "fence program", when, run: edit(insertBlock("```\n\n```", 4)) },
];
