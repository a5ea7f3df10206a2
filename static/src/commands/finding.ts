/** Words found in the open text, replaced, and written at several places at once. */

import { addCursorAbove, addCursorBelow } from "@codemirror/commands";
import { findNext, findPrevious, openSearchPanel, selectNextOccurrence, selectSelectionMatches } from "@codemirror/search";

import type { CommandOf } from "./command";
import { edit, type EditorParts } from "./editing";

export const FINDING: readonly CommandOf<EditorParts>[] = [
  { name: "find", label: "Find and replace", group: "finding", key: "Mod-f", words: "search pattern regular expression", run: ({ view }) => openSearchPanel(view) },
  { name: "find-next", label: "Find the next one", group: "finding", key: "Mod-g", run: ({ view }) => findNext(view) },
  { name: "find-previous", label: "Find the one before", group: "finding", key: "Mod-Shift-g", run: ({ view }) => findPrevious(view) },
  { name: "select-next", label: "Select the next place with these words too", group: "finding", key: "Mod-d", words: "multiple cursors occurrence", run: edit(selectNextOccurrence) },
  { name: "select-everywhere", label: "Select these words everywhere", group: "finding", key: "Mod-Shift-l", words: "multiple cursors occurrences", run: edit(selectSelectionMatches) },
  { name: "caret-above", label: "Another caret above", group: "finding", key: "Mod-Alt-ArrowUp", words: "multiple cursors", run: ({ view }) => addCursorAbove(view) },
  { name: "caret-below", label: "Another caret below", group: "finding", key: "Mod-Alt-ArrowDown", words: "multiple cursors", run: ({ view }) => addCursorBelow(view) },
];
