/** Which key of the page does what in a list and in a table; elsewhere it means what it means in any text. */

import { type Extension, Prec } from "@codemirror/state";
import { type KeyBinding, keymap } from "@codemirror/view";

import { lineFaces } from "./line-faces";
import { continueList, deleteMark, moveIn, moveOut } from "./lists";
import { breakCell, enterRow, keepEdge, nextCell, previousCell } from "./tables";

const KEYS: readonly KeyBinding[] = [
  { key: "Tab", run: nextCell, shift: previousCell },
  { key: "Enter", run: enterRow, shift: breakCell },
  { key: "Backspace", run: keepEdge("before") },
  { key: "Delete", run: keepEdge("after") },
  { key: "Tab", run: moveIn, shift: moveOut },
  { key: "Enter", run: continueList },
  { key: "Backspace", run: deleteMark },
];

/** Before the Markdown language's own keys, which come with high precedence; behind those of a suggestion at the caret. */
export const structure: Extension = [Prec.highest(keymap.of(KEYS)), lineFaces];
