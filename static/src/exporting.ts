/** The document for elsewhere: a file, or the clipboard. */

import type { Api, Failure } from "./api";
import { h } from "./dom";
import type { Notices } from "./notices";
import type { Exported, ExportFormat } from "./protocol";

export interface ExportParts {
  readonly api: Api;
  readonly notices: Notices;
  document(): { readonly name: string; readonly text: string };
  goTo(line: number): void;
}

export interface Exporting {
  download(): Promise<void>;
  copyRichText(): Promise<void>;
  copyPlainText(): Promise<void>;
}

export function createExporting({ api, notices, document: current, goTo }: ExportParts): Exporting {
  const ask = async (format: ExportFormat): Promise<Exported> => {
    const { name, text } = current();
    const result = await api.export(format, name, text);
    if (!result.ok) throw new ExportFailed(result.failure);
    return result.value;
  };

  const report = (done: string, { report: losses }: Exported) =>
    notices.show("export", {
      text: losses.length === 0 ? done : `${done} Worth knowing:`,
      list: losses.map(({ line, message }) => ({
        label: line === null ? message : `Line ${line + 1}: ${message}`,
        run: () => line !== null && goTo(line),
      })),
    });

  const copy = async (formats: Record<string, ExportFormat>, main: ExportFormat) => {
    const answers = new Map(Object.values(formats).map((format) => [format, ask(format)]));
    const pieces = Object.entries(formats).map(([type, format]) => [
      type,
      answers.get(format)!.then(({ content }) => new Blob([content], { type })),
    ]);
    try {
      // Safari lets a click write to the clipboard only if this happens before anything is awaited.
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(pieces))]);
      report("Copied.", await answers.get(main)!);
    } catch {
      await explain(answers.values());
    }
  };

  /** A failed request names itself; else it was the browser. */
  const explain = async (answers: Iterable<Promise<Exported>>) => {
    const failed = (await Promise.allSettled(answers)).find((answer) => answer.status === "rejected");
    const text =
      failed?.reason instanceof ExportFailed
        ? failed.reason.message
        : "The browser did not allow copying; allow it for this page and try again.";
    notices.show("export", { text, tone: "error" });
  };

  return {
    async download() {
      const answer = ask("html");
      try {
        const exported = await answer;
        offerFile(exported);
        report(`${exported.filename} is in your downloads.`, exported);
      } catch {
        await explain([answer]);
      }
    },
    copyRichText: () => copy({ "text/html": "rich-text", "text/plain": "text" }, "rich-text"),
    copyPlainText: () => copy({ "text/plain": "text" }, "text"),
  };
}

class ExportFailed extends Error {
  constructor(failure: Failure) {
    super(failure.message);
  }
}

function offerFile({ filename, media_type: type, content }: Exported): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: url, download: filename }).click();
  // The browser has taken the blob by the next turns of its loop; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
