/** Tables, sections and what is folded away: what a text is made of. */

import { toggleAllFolds, toggleFold } from "../folding";
import { isInTable, tableCommands } from "../tables";
import type { CommandOf } from "./command";
import { edit, type EditorParts, whenWritable } from "./editing";

export interface StructureParts extends EditorParts {
  readonly details: { toggle(): Promise<void> };
  readonly outline: { toggle(): void; moveHere(by: 1 | -1): boolean };
}

const NO_TABLE = "Put the caret into a table first.";
const when = whenWritable;

export const TABLES: readonly CommandOf<EditorParts>[] = tableCommands.map(({ name, label, key, run }) => ({
  name,
  label,
  group: "tables",
  words: "table",
  ...(key !== undefined && { key }),
  when: (parts) => whenWritable(parts) || (isInTable(parts.view.state) ? "" : NO_TABLE),
  run: edit(run),
}));

export const SECTIONS: readonly CommandOf<StructureParts>[] = [
  { name: "outline", label: "Show or hide the outline", group: "sections", key: "Mod-Shift-o", reach: "page", words: "headings sections contents", run: ({ outline }) => outline.toggle() },
  { name: "details", label: "Title, date and tags", group: "sections", words: "front matter yaml subtitle summary metadata subject", run: ({ details }) => void details.toggle() },
  { name: "section-up", label: "Move the section up", group: "sections", words: "reorder heading", when, run: ({ outline }) => outline.moveHere(-1) },
  { name: "section-down", label: "Move the section down", group: "sections", words: "reorder heading", when, run: ({ outline }) => outline.moveHere(1) },
  { name: "fold", label: "Fold or unfold what is here", group: "sections", key: "Ctrl-Shift-[", words: "collapse section code", run: edit(toggleFold) },
  { name: "fold-all", label: "Fold or unfold everything", group: "sections", words: "collapse expand sections", run: ({ view }) => toggleAllFolds(view) },
];
