/** The document for elsewhere: a file, or the clipboard. */

import type { Api, Failure } from "./api";
import { h } from "./dom";
import { recall, remember } from "./memory";
import type { Notices } from "./notices";
import type { Exported, ExportFormat, Loss } from "./protocol";

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
  /** Whether the readers are told which part the model had, in a line at the end. */
  readonly discloses: boolean;
  toggleDisclosure(): void;
}

const DISCLOSE = "meai-disclose";

export function createExporting({ api, notices, document: current, goTo }: ExportParts): Exporting {
  let discloses = recall(DISCLOSE) === "yes";

  const ask = async (format: ExportFormat): Promise<Exported> => {
    const { name, text } = current();
    const result = await api.export(format, name, text, discloses);
    if (!result.ok) throw new ExportFailed(result.failure);
    return result.value;
  };

  const report = (done: string, { report: losses }: Exported) =>
    notices.show("export", {
      text: losses.length === 0 ? done : `${done} Note:`,
      list: grouped(losses).map(({ message, lines }) => {
        const [first] = lines;
        return { label: labelled(message, lines), ...(first !== undefined && { run: () => goTo(first) }) };
      }),
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
    get discloses() {
      return discloses;
    },
    toggleDisclosure() {
      discloses = !discloses;
      remember(DISCLOSE, discloses ? "yes" : "no");
    },
  };
}

interface LossGroup {
  readonly message: string;
  readonly lines: readonly number[];
}

/** What is lost in the same way at several lines is told once. */
export function grouped(losses: readonly Loss[]): LossGroup[] {
  const lines = new Map<string, number[]>();
  for (const { line, message } of losses) {
    const known = lines.get(message) ?? [];
    lines.set(message, line === null || known.includes(line) ? known : [...known, line]);
  }
  return [...lines].map(([message, at]) => ({ message, lines: at }));
}

/** `Lines 3, 5, 7: The image is left out.` */
export function labelled(message: string, lines: readonly number[]): string {
  if (lines.length === 0) return message;
  return `${lines.length === 1 ? "Line" : "Lines"} ${lines.map((line) => line + 1).join(", ")}: ${message}`;
}

class ExportFailed extends Error {
  constructor(failure: Failure) {
    super(failure.message);
  }
}

function offerFile({ filename, media_type: type, content }: Exported): void {
  offerBlob(filename, new Blob([content], { type }));
}

/** Have the browser write `blob` into the writer's downloads. */
export function offerBlob(filename: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: filename }).click();
  // The browser has taken the blob by the next turns of its loop; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
