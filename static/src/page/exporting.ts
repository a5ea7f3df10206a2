/** How the document leaves the house. */

import { isolateHistory } from "@codemirror/commands";

import { byId, metadata } from "../dom";
import { createExporting, type Exporting } from "../exporting";
import type { ExportDialog, ExportDialogParts } from "../exporting-dialog";
import { later, type Later } from "../later";
import type { Page } from "./page";

const AWAY = "The server is away, so nothing can be exported at the moment.";

export interface ExportWing {
  readonly exporting: Exporting;
  readonly outlet: Later<ExportDialog>;
}

export function exportWing({ api, dialogs, documents, notices, saving, scroll, shortenAt, text, view }: Page): ExportWing {
  const current = () => ({ name: saving.name ?? "", text: text() });
  const exporting = createExporting({ api, notices, document: current, goTo: scroll.goTo, open: () => outlet.use((dialog) => dialog.open()) });
  const outlet = later(async () => (await import("../exporting-dialog")).createExportDialog(parts), () => notices.show("export", { text: AWAY, tone: "error" }));
  const parts: ExportDialogParts = {
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
  };
  return { exporting, outlet };
}
