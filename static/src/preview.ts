/** The rendered document: patched block by block as the server sends it. Knows nothing of the editor. */

import type { Result } from "./api";
import { h } from "./dom";
import type { PreviewBlock, Previewed } from "./protocol";
import { trustedHtml } from "./trusted";

export interface Anchor {
  /** 0-based source line at which `element` begins. */
  readonly line: number;
  readonly element: Element;
}

export interface PreviewTasks {
  /** An image of the workspace, by its path. */
  image(path: string): Promise<Result<Blob>>;
  /** The writer pointed at a place in the text. */
  goTo(line: number): void;
  openDocument(name: string): void;
  paused(message: string): void;
  patched(): void;
}

export interface Preview {
  /** Show what another document renders to; its pictures are looked for beside `name`. */
  begin(name: string): void;
  /** `current`: this is the document that is open. What was asked of another is only kept, not shown. */
  receive(message: Previewed, current: boolean): void;
  /** Forget which blocks the server knows: a new connection starts from nothing. */
  reset(): void;
  /** Where blocks begin, in order. */
  anchors(): readonly Anchor[];
}

/** From so many blocks on, laying out all of them at every key takes longer than a frame. */
const LONG = 1_500;

export function createPreview(article: HTMLElement, tasks: PreviewTasks): Preview {
  const trusted = trustedHtml("meai-preview");
  const pictures = new Map<string, Promise<string | null>>();
  let elements = new Map<string, HTMLElement>();
  let anchors: Anchor[] | null = null;
  let lines: readonly PreviewBlock[] = [];
  let name = "";

  const render = (html: string): HTMLElement => {
    const template = document.createElement("template");
    // The server has sanitised this; the policy is the one place where its word is taken.
    template.innerHTML = trusted.createHTML(html);
    for (const image of template.content.querySelectorAll("img")) showImage(image);
    for (const table of template.content.querySelectorAll("table")) wrapWide(table);
    // The name of a callout is the page's word, and says nothing of how the writer's are read.
    for (const label of template.content.querySelectorAll(".callout-label")) label.setAttribute("dir", "auto");
    // Pictures and figures have no direction of their own, and stand as the document does.
    const dir = /\p{L}/u.test(template.content.textContent ?? "") && "auto";
    return h("div", { class: "block", dir }, template.content);
  };

  const showImage = (image: HTMLImageElement) => {
    const source = image.getAttribute("src") ?? "";
    image.removeAttribute("srcset");
    if (source.startsWith("data:image/")) return;
    image.removeAttribute("src");
    const remote = remoteHost(source);
    if (remote !== null) {
      image.replaceWith(placeholder(image.alt, `${remote} — remote image, not loaded`));
      return;
    }
    const path = resolve(name, source);
    if (!pictures.has(path)) pictures.set(path, fetchPicture(path));
    void pictures.get(path)!.then((url) => {
      if (url) image.src = url;
      else image.replaceWith(placeholder(image.alt, `${source} — not found`));
    });
  };

  const fetchPicture = async (path: string) => {
    const result = await tasks.image(path);
    return result.ok ? URL.createObjectURL(result.value) : null;
  };

  const forgetPictures = () => {
    for (const picture of pictures.values()) void picture.then((url) => url && URL.revokeObjectURL(url));
    pictures.clear();
  };

  article.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const link = event.target.closest("a[href]");
    if (link) {
      event.preventDefault();
      follow(link.getAttribute("href")!);
    } else if (document.getSelection()?.isCollapsed !== false) {
      const line = lineOf(event.target, article, lines, elements);
      if (line !== null) tasks.goTo(line);
    }
  });

  const follow = (href: string) => {
    if (href.startsWith("#")) findTarget(article, href.slice(1))?.scrollIntoView({ block: "center" });
    else if (remoteHost(href) !== null || /^(?:mailto|tel):/i.test(href)) window.open(href, "_blank", "noopener");
    else if (/\.(?:md|markdown)(?:#.*)?$/i.test(href)) tasks.openDocument(resolve(name, href.replace(/#.*$/, "")));
  };

  return {
    begin(next) {
      if (next === name) return;
      name = next;
      forgetPictures();
      article.replaceChildren();
    },
    receive({ blocks, message }, current) {
      if (current) tasks.paused(message);
      if (message && blocks.length === 0) return;
      const next = new Map<string, HTMLElement>();
      for (const block of blocks) {
        const known = elements.get(block.id);
        next.set(block.id, block.html === undefined && known ? known : render(block.html ?? ""));
      }
      elements = next;
      if (!current) return;
      article.classList.toggle("long", blocks.length > LONG);
      patch(article, [...next.values()]);
      lines = blocks;
      anchors = null;
      tasks.patched();
    },
    reset() {
      elements.clear();
    },
    anchors() {
      const inside = lines.length <= LONG;
      anchors ??= lines.flatMap((block) => blockAnchors(block, elements.get(block.id), inside));
      return anchors;
    },
  };
}

/** Make `children` the parent's children, moving as few as possible: a moved element loses its state. */
function patch(parent: HTMLElement, children: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

function blockAnchors({ line }: PreviewBlock, element: HTMLElement | undefined, inside: boolean): Anchor[] {
  if (!element) return [];
  if (!inside) return [{ line, element }];
  const inner = [...element.querySelectorAll<HTMLElement>("[data-line]")]
    .map((part) => ({ line: line + Number(part.dataset["line"]), element: part as Element }))
    // What is folded away has no place of its own.
    .filter((anchor) => anchor.line > line && anchor.element.getClientRects().length > 0);
  return [{ line, element }, ...inner];
}

function lineOf(
  target: Element,
  article: HTMLElement,
  blocks: readonly PreviewBlock[],
  elements: ReadonlyMap<string, HTMLElement>,
): number | null {
  let top: Element | null = target;
  while (top && top.parentElement !== article) top = top.parentElement;
  const block = blocks.find(({ id }) => elements.get(id) === top);
  if (!block) return null;
  const part = target.closest<HTMLElement>("[data-line]");
  return block.line + Number(part?.dataset["line"] ?? 0);
}

/** The host of an address that leaves this machine, else null. */
function remoteHost(address: string): string | null {
  if (!/^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(address)) return null;
  try {
    return new URL(address, "https://x.invalid").host;
  } catch {
    return address;
  }
}

/** `address`, as written in document `name`, as a path inside the workspace. */
function resolve(name: string, address: string): string {
  const base = `https://x.invalid/${name.split("/").map(encodeURIComponent).join("/")}`;
  try {
    return decodeURIComponent(new URL(address, base).pathname.slice(1));
  } catch {
    return address;
  }
}

/** Footnotes and headings; the server has prefixed their ids and the links to them alike. */
function findTarget(article: HTMLElement, fragment: string): Element | null {
  return article.querySelector(`#${CSS.escape(decodeURIComponent(fragment))}`);
}

function placeholder(alt: string, explanation: string): HTMLElement {
  const words = h("span", { class: "alt" }, alt || "Picture");
  return h("span", { class: "no-image", role: "img", "aria-label": `${alt}: ${explanation}` }, words, h("small", {}, explanation));
}

function wrapWide(table: HTMLTableElement): void {
  const wrapper = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" });
  table.replaceWith(wrapper);
  wrapper.append(table);
}
