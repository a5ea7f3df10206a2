/** What a text is made of: its sections beside it, and what of it is folded away. */

import type { Extension } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";

import { createDetails, type Details } from "../details";
import { byId } from "../dom";
import { createFolding } from "../folding";
import { createOutline, type Outline } from "../outline";
import { tableBar } from "../table-bar";
import type { Page } from "./page";

export interface StructureWing {
  readonly outline: Outline;
  readonly details: Details;
  readonly structureExtensions: Extension;
  structureUpdated(update: ViewUpdate): void;
  /** Another document is shown. */
  structureOpened(): void;
}

export function structureWing(page: Page): StructureWing {
  const { clock, layout, scroll, view } = page;
  const folding = createFolding(() => (page.titled() === "" ? null : `${page.documents.workspace}/${page.titled()}`));
  const details = createDetails(() => view);
  const outline = createOutline({
    view,
    clock,
    panel: byId("outline"),
    list: byId("outline-list"),
    empty: byId("outline-empty"),
    status: byId("outline-status"),
    button: byId("outline-button"),
    isNarrow: () => layout.isNarrow,
    changed: () => requestAnimationFrame(scroll.align),
  });

  return {
    outline,
    details,
    structureExtensions: [tableBar((name) => page.keyOf(name)), folding.extension, details.extension],
    structureUpdated: (update) => outline.updated(update),
    structureOpened() {
      folding.opened(view);
      outline.turned();
    },
  };
}
