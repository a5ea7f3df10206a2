/** How the document leaves the house. */

import { isolateHistory } from "@codemirror/commands";

import { byId, metadata } from "../dom";
import { createExporting, type Exporting } from "../exporting";
import { createExportDialog, type ExportDialog } from "../exporting-dialog";
import type { Page } from "./page";

export interface ExportWing {
  readonly exporting: Exporting;
  readonly outlet: ExportDialog;
}

export function exportWing({ api, dialogs, documents, notices, saving, scroll, shortenAt, text, view }: Page): ExportWing {
  const current = () => ({ name: saving.name ?? "", text: text() });
  const exporting = createExporting({ api, notices, document: current, goTo: scroll.goTo, open: () => outlet.open() });
  const outlet = createExportDialog({
    api,
    dialogs,
    exporting,
    dialog: byId("export"),
    nonce: metadata("csp-nonce"),
    document: current,
    isLocked: () => documents.isLocked,
    goTo(line) {
      scroll.goTo(line);
      view.focus();
    },
    change: (changes) => view.dispatch({ changes, annotations: isolateHistory.of("full"), userEvent: "input.fix" }),
    shorten: shortenAt,
  });
  return { exporting, outlet };
}
