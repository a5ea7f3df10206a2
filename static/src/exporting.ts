/** The document for elsewhere: asked of the server, its pictures drawn here, and put into a file or onto the clipboard. */

import type { Api, Failure } from "./api";
import { h } from "./dom";
import { recall, remember } from "./memory";
import type { Notices } from "./notices";
import type { Picture, TableFields } from "./pictures";
import type { Choice, Exported, ExportPart, Note } from "./protocol";
import { type Trust, trustedHtml } from "./trusted";

export type Chosen = Readonly<Record<string, Choice>>;

export interface ExportParts {
  readonly api: Pick<Api, "export">;
  readonly notices: Notices;
  document(): { readonly name: string; readonly text: string };
  goTo(line: number): void;
  /** Open the place where targets are compared. */
  open(): void;
}

export interface Exporting {
  open(): void;
  /** The open document for `target`; rejects with a sentence. */
  ask(target: string, options?: Chosen): Promise<Exported>;
  /** Put it into the writer's downloads, and tell of it above the text. */
  download(target: string): Promise<void>;
  /** Put it onto the clipboard, as HTML and as text where it is HTML, and tell of it above the text. */
  copyAs(target: string): Promise<void>;
  /** The same, told to nobody: null, or the sentence why not. Call it right in the click. */
  copy(text: Promise<string>, html?: Promise<string>): Promise<string | null>;
  /** For what is shown of an export. */
  readonly trust: Trust;
  /** Whether the readers are told which part the model had, in a line at the end. */
  readonly discloses: boolean;
  toggleDisclosure(): void;
}

const DISCLOSE = "meai-disclose";
/** Targets whose tables the page draws. */
const DRAWN = new Set(["substack", "substack-html"]);
const MAKING = "The document is being made ready…";
const REFUSED = "The browser did not allow copying; allow it for this page and try again.";

export function createExporting({ api, notices, document: current, goTo, open }: ExportParts): Exporting {
  const trust = trustedHtml("meai-export");
  let discloses = recall(DISCLOSE) === "yes";

  const ask = async (format: string, options: Chosen = {}): Promise<Exported> => {
    const { name, text } = current();
    const described: Chosen = DRAWN.has(format) ? { pictures: "described" } : {};
    const result = await api.export({ format, name, text, disclose: discloses, options: { ...options, ...described } });
    if (!result.ok) throw new ExportFailed(result.failure);
    return DRAWN.has(format) ? withPictures(result.value, trust) : result.value;
  };

  const report = (done: string, { report: losses }: Exported) =>
    notices.show("export", {
      text: losses.length === 0 ? done : `${done} Note:`,
      list: grouped(losses).map(({ message, lines }) => {
        const [first] = lines;
        return { label: labelled(message, lines), ...(first !== undefined && { run: () => goTo(first) }) };
      }),
    });

  const copy = async (text: Promise<string>, html?: Promise<string>) => {
    const blob = (words: Promise<string>, type: string) => words.then((content) => new Blob([content], { type }));
    const pieces = { "text/plain": blob(text, "text/plain"), ...(html && { "text/html": blob(html, "text/html") }) };
    try {
      // Safari lets a click write to the clipboard only if this happens before anything is awaited.
      await navigator.clipboard.write([new ClipboardItem(pieces)]);
      return null;
    } catch {
      // A failed request names itself; else it was the browser.
      const failed = (await Promise.allSettled([text, html])).find((answer) => answer.status === "rejected");
      if (failed) return sentenceOf(failed.reason);
      return copiedByEvent(await text, (await html) ?? null) ? null : REFUSED;
    }
  };

  const tell = (sentence: string) => notices.show("export", { text: sentence, tone: "error" });

  return {
    open,
    ask,
    copy,
    trust,
    async download(target) {
      try {
        const exported = await notices.during("export", MAKING, ask(target));
        offerFile(exported);
        report(`${exported.filename} is in your downloads.`, exported);
      } catch (error) {
        tell(sentenceOf(error));
      }
    },
    async copyAs(target) {
      const asked = notices.during("export", MAKING, ask(target));
      const content = asked.then((exported) => exported.content);
      const problem = await (target === "text" ? copy(content) : copy(ask("text").then((exported) => exported.content), content));
      if (problem !== null) return tell(problem);
      report("Copied.", await asked);
    },
    get discloses() {
      return discloses;
    },
    toggleDisclosure() {
      discloses = !discloses;
      remember(DISCLOSE, discloses ? "yes" : "no");
    },
  };
}

/** What `error` of an export says to the writer. */
export function sentenceOf(error: unknown): string {
  return error instanceof ExportFailed ? error.message : "The export failed here; load the page again and try once more.";
}

interface LossGroup {
  readonly message: string;
  readonly lines: readonly number[];
}

/** What is lost in the same way at several lines is told once. */
export function grouped(losses: readonly Pick<Note, "line" | "message">[]): LossGroup[] {
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

/** Draw what the parts of `exported` describe, each in the place of its name. */
async function withPictures(exported: Exported, trust: ReturnType<typeof trustedHtml>): Promise<Exported> {
  const described = exported.parts.filter(({ name }) => /^(?:table|image|formula)-\d+$/.test(name));
  const drawn = new Map<string, Picture | null>();
  for (const part of described) drawn.set(part.name, await draw(part, trust).catch(() => null));
  const content = exported.media_type === "application/json" ? inJson(exported.content, drawn) : inHtml(exported.content, drawn);
  const parts = exported.parts.filter((part) => !described.includes(part));
  return { ...exported, content, parts, facts: { ...exported.facts, bytes: new Blob([content]).size } };
}

async function draw({ media_type: type, content }: ExportPart, trust: ReturnType<typeof trustedHtml>): Promise<Picture> {
  const { drawFormula, drawImage, drawTable } = await import("./pictures");
  if (type === "application/json") return drawTable(JSON.parse(content) as TableFields);
  return type === "application/mathml+xml" ? drawFormula(content, trust) : drawImage(content);
}

type Drawn = ReadonlyMap<string, Picture | null>;

const FIGURE = /<figure>((?:<a [^>]*>)?)<img src="((?:table|image|formula)-\d+)" alt="([^"]*)">((?:<\/a>)?)(?:<figcaption>(.*?)<\/figcaption>)?<\/figure>/g;

/** What could not be drawn leaves its description, as code. */
export function inHtml(html: string, drawn: Drawn): string {
  return html.replace(FIGURE, (whole, _open: string, name: string, alt: string, _close: string, caption?: string) => {
    const picture = drawn.get(name);
    if (picture) return whole.replace(`src="${name}"`, `src="${picture.src}"`);
    return picture === null ? `<pre><code>${alt}</code></pre>${caption ? `<p>${caption}</p>` : ""}` : whole;
  });
}

interface PostNode {
  type: string;
  attrs?: Record<string, unknown>;
  content?: PostNode[];
  text?: string;
}

/** What could not be drawn leaves its description, and its caption with the marks of footnotes. */
export function inJson(json: string, drawn: Drawn): string {
  const place = (node: PostNode) => {
    const [image, caption] = node.type === "captionedImage" ? (node.content ?? []) : [];
    const picture = image && drawn.get(String(image.attrs?.["src"]));
    if (picture) Object.assign(image!.attrs!, { ...picture, bytes: sizeOf(picture), type: "image/png" });
    else if (picture === null) {
      const words = `[Image: ${String(image!.attrs?.["alt"] ?? "")}] `;
      Object.assign(node, { type: "paragraph", attrs: { textAlign: null }, content: [{ type: "text", text: words }, ...(caption?.content ?? [])] });
    } else node.content?.forEach(place);
  };
  const post = JSON.parse(json) as PostNode;
  place(post);
  return `${JSON.stringify(post, null, 1)}\n`;
}

/** How many bytes of PNG stand in the data URI. */
function sizeOf({ src }: Picture): number {
  return Math.floor(((src.replace(/=+$/, "").length - src.indexOf(",") - 1) * 3) / 4);
}

/** The old way onto the clipboard, where the new one is not allowed. */
function copiedByEvent(text: string, html: string | null): boolean {
  const give = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    if (html !== null) event.clipboardData?.setData("text/html", html);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", give, { capture: true, once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", give, { capture: true });
  return done;
}

export function offerFile({ filename, media_type: type, content }: Exported): void {
  offerBlob(filename, new Blob([content], { type }));
}

/** Have the browser write `blob` into the writer's downloads. */
export function offerBlob(filename: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: filename }).click();
  // The browser has taken the blob by the next turns of its loop; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
