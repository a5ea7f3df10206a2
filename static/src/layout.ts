/** Which panes are seen: the text, both, or the preview; and whether the documents stand beside them. */

import { recall, remember } from "./memory";

export type Layout = "write" | "both" | "read";

export interface LayoutParts {
  readonly root: HTMLElement;
  readonly buttons: readonly HTMLButtonElement[];
  readonly documents: HTMLElement;
  readonly documentsButton: HTMLButtonElement;
}

export interface Layouts {
  set(layout: Layout): void;
  cycle(): void;
  showDocuments(shown: boolean): void;
  toggleDocuments(): void;
  /** Whether the list lies over the text instead of beside it. */
  readonly isNarrow: boolean;
}

const LAYOUT = "meai-layout";
const DOCUMENTS = "meai-documents";
const NARROW = "(width < 60rem)";

/** `changed` runs after every change. */
export function createLayout({ root, buttons, documents, documentsButton }: LayoutParts, changed: () => void): Layouts {
  const narrow = window.matchMedia(NARROW);
  let wanted = (recall(LAYOUT) as Layout | null) ?? "both";

  const choices = (): Layout[] => (narrow.matches ? ["write", "read"] : ["write", "both", "read"]);
  const current = () => (choices().includes(wanted) ? wanted : "write");

  const show = () => {
    const layout = current();
    root.dataset["layout"] = layout;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === layout));
    changed();
  };

  const showDocuments = (shown: boolean) => {
    documents.hidden = !shown;
    documentsButton.setAttribute("aria-expanded", String(shown));
    changed();
  };

  const layouts: Layouts = {
    set(layout) {
      wanted = layout;
      remember(LAYOUT, layout);
      show();
    },
    cycle() {
      const all = choices();
      layouts.set(all[(all.indexOf(current()) + 1) % all.length]!);
    },
    showDocuments,
    toggleDocuments() {
      const shown = documents.hasAttribute("hidden");
      if (!narrow.matches) remember(DOCUMENTS, shown ? "shown" : "hidden");
      showDocuments(shown);
    },
    get isNarrow() {
      return narrow.matches;
    },
  };

  // Over the text it is a guest: it leaves when the writer turns elsewhere.
  const leave = () => narrow.matches && showDocuments(false);
  document.addEventListener("pointerdown", ({ target }) => {
    if (!documents.contains(target as Node) && !documentsButton.contains(target as Node)) leave();
  });
  documents.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !narrow.matches) return;
    event.stopPropagation();
    leave();
    documentsButton.focus();
  });

  for (const button of buttons) button.addEventListener("click", () => layouts.set(button.value as Layout));
  const arrange = () => {
    show();
    showDocuments(!narrow.matches && recall(DOCUMENTS) !== "hidden");
  };
  narrow.addEventListener("change", arrange);
  arrange();
  return layouts;
}

/** Focus the pane after the one that has it, leaving out what is not shown. */
export function focusNext(panes: readonly HTMLElement[]): void {
  const shown = panes.filter((pane) => pane.checkVisibility());
  const at = shown.findIndex((pane) => pane.contains(document.activeElement));
  shown[(at + 1) % shown.length]?.focus();
}
