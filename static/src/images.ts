/**
 * A picture in the text: its address, its description and its width, read and written. A width is told in HTML, which
 * every reader of Markdown takes as it is; Markdown itself has no word for it.
 */

export interface Image {
  readonly address: string;
  readonly alt: string;
  readonly title: string;
  /** In pixels; null as wide as it is. */
  readonly width: number | null;
}

export interface Found extends Image {
  readonly from: number;
  readonly to: number;
  /** What else its HTML says. */
  readonly rest: string;
}

const MARKDOWN = /!\[((?:\\.|[^\]\\])*)\]\(\s*(?:<((?:\\.|[^<>\\\n])*)>|((?:\\.|[^\s()\\]|\([^\s()]*\))*))(?:\s+(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|\(((?:\\.|[^)\\])*)\)))?\s*\)/g;
const HTML = /<img(?=[\s/>])((?:\s+[a-zA-Z:_][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/g;
const ATTRIBUTE = /\s+([a-zA-Z:_][\w:.-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const OURS = ["src", "alt", "title", "width"];

/** The picture at `position` of `line`; null where there is none, or one that only the writer can change. */
export function imageAt(line: string, position: number): Found | null {
  for (const match of line.matchAll(MARKDOWN)) {
    const [source, alt = "", pointed, bare = "", ...titles] = match;
    const { index } = match;
    if (position < index || position > index + source.length) continue;
    const title = titles.find((each) => each !== undefined) ?? "";
    return { from: index, to: index + source.length, address: plain(pointed ?? bare), alt: plain(alt), title: plain(title), width: null, rest: "" };
  }
  for (const { 0: source, 1: told = "", index } of line.matchAll(HTML)) {
    if (position < index || position > index + source.length) continue;
    const attributes = [...told.matchAll(ATTRIBUTE)].map(([whole, name, double, single, none]) => ({ whole, name: name!.toLowerCase(), value: decoded(double ?? single ?? none ?? "") }));
    const valueOf = (name: string) => attributes.find((each) => each.name === name)?.value ?? "";
    const width = valueOf("width");
    if (width !== "" && !/^\d{1,5}$/.test(width)) return null;
    const rest = attributes.filter(({ name }) => !OURS.includes(name)).map(({ whole }) => whole).join("");
    return { from: index, to: index + source.length, address: valueOf("src"), alt: valueOf("alt"), title: valueOf("title"), width: width ? Number(width) : null, rest };
  }
  return null;
}

/** Markdown, or HTML where it has a width or says more than Markdown can. */
export function written({ address, alt, title, width }: Image, rest = ""): string {
  if (width !== null || rest.trim() !== "") {
    const told = { src: address, alt, ...(title && { title }), ...(width !== null && { width: String(width) }) };
    // A height that was told for another width would press the picture out of shape.
    return `<img${Object.entries(told).map(([name, value]) => ` ${name}="${encoded(value)}"`).join("")}${rest.replace(/\s+height(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?/i, "")}>`;
  }
  const words = alt.replace(/[\\[\]]/g, "\\$&").replace(/\s*\n\s*/g, " ");
  const place = /^[^\s<>()\\]+$/.test(address) ? address : address === "" ? "" : `<${address.replace(/[<>\\]/g, "\\$&").replace(/\n/g, "%0A")}>`;
  return `![${words}](${place}${title ? ` "${title.replace(/[\\"]/g, "\\$&")}"` : ""})`;
}

function plain(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

function encoded(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]!).replace(/\s*\n\s*/g, " ");
}

function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => Object.entries({ ...ENTITIES, "'": "&#39;" }).find(([, told]) => told === entity)![0]);
}
