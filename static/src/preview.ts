/** The rendered document: patched block by block as the server sends it. Knows nothing of the editor. */

import type { Failure, Result } from "./api";
import { h } from "./dom";
import type { PreviewBlock, Previewed } from "./protocol";
import { hostOf, originOf } from "./remote";
import { trustedHtml } from "./trusted";

export interface Anchor {
  /** 0-based source line at which `element` begins. */
  readonly line: number;
  readonly element: Element;
}

export interface PreviewTasks {
  /** An image of the workspace, by its path. */
  image(path: string): Promise<Result<Blob>>;
  /** Whether a picture of that origin may be asked for. */
  mayLoad(origin: string): boolean;
  /** The origins of all pictures that are not of this machine. */
  remote(origins: readonly string[]): void;
  /** The writer pointed twice, or with a modifier, at a place in the text. */
  goTo(line: number): void;
  openDocument(name: string): void;
  paused(message: string): void;
  patched(): void;
  /** A picture has come, so what is below it has moved. */
  grown(): void;
}

export interface Preview {
  /** Show what another document renders to; its pictures are looked for beside `name`. */
  begin(name: string): void;
  /** `current`: this is the document that is open. What was asked of another is only kept, not shown. */
  receive(message: Previewed, current: boolean): void;
  /** Forget which blocks the server knows: a new connection starts from nothing. */
  reset(): void;
  /** Where blocks begin, in order; `anchorsWithin` says more of one. */
  anchors(): readonly Anchor[];
}

/** A block and where it begins in the text. */
interface Shown {
  readonly id: string;
  readonly line: number;
  readonly element: HTMLElement;
}

/** From so many blocks on, laying out all of them at every key takes longer than a frame. */
const LONG = 1_500;

export function createPreview(article: HTMLElement, tasks: PreviewTasks): Preview {
  const trusted = trustedHtml("meai-preview");
  const pictures = new Map<string, Promise<Result<string>>>();
  let shown: readonly Shown[] = [];
  /** Whether `article` holds them. */
  let placed = false;
  let name = "";

  const render = (html: string): HTMLElement => {
    const template = document.createElement("template");
    // The server has sanitised this; the policy is the one place where its word is taken.
    template.innerHTML = trusted.createHTML(html);
    for (const image of template.content.querySelectorAll("img")) showImage(image);
    for (const table of template.content.querySelectorAll("table")) wrapWide(table);
    // The name of a callout is the page's word, and says nothing of how the writer's are read.
    for (const label of template.content.querySelectorAll(".callout-label")) label.setAttribute("dir", "auto");
    for (const formula of template.content.querySelectorAll<HTMLElement>(".math")) reachable(formula, "Formula");
    // Pictures and figures have no direction of their own, and stand as the document does.
    const dir = /\p{L}/u.test(template.content.textContent ?? "") && "auto";
    return h("div", { class: "block", dir }, template.content);
  };

  /** `blocks` with their elements; one that is among those that are `gone` keeps the element it had. */
  const made = (blocks: readonly PreviewBlock[], gone: readonly Shown[]): Shown[] => {
    const known = new Map(gone.map(({ id, element }) => [id, element]));
    return blocks.map(({ id, line, html }) => ({ id, line, element: (html === undefined && known.get(id)) || render(html ?? "") }));
  };

  const showImage = (image: HTMLImageElement): void => {
    const source = image.getAttribute("src") ?? "";
    image.removeAttribute("srcset");
    image.addEventListener("load", tasks.grown);
    const origin = originOf(source);
    const instead = (why: string) => {
      image.replaceWith(placeholder(image.alt, why));
      tasks.grown();
    };
    const failing = (why: string) => image.addEventListener("error", () => instead(why));
    if (source.startsWith("data:image/")) {
      failing("A picture in the text itself that cannot be read");
    } else if (origin !== null) {
      image.dataset["origin"] = origin;
      if (tasks.mayLoad(origin)) return failing(`${hostOf(origin)} gave no picture for this address`);
      image.removeAttribute("src");
      image.replaceWith(placeholder(image.alt, `${hostOf(origin)} — remote picture, not loaded`, origin));
    } else {
      image.removeAttribute("src");
      if (source === "") return instead("No file or address yet");
      if (/^[a-z][a-z0-9+.-]*:/i.test(source)) return instead(`${source} — not the address of a picture`);
      failing(`${source} — not a picture that browsers show`);
      void pictureAt(resolve(name, source)).then((result) => {
        if (result.ok) image.src = result.value;
        else instead(whyNot(source, result.failure));
      });
    }
  };

  const pictureAt = (path: string) => {
    const known = pictures.get(path) ?? fetchPicture(path);
    pictures.set(path, known);
    return known;
  };

  const fetchPicture = async (path: string): Promise<Result<string>> => {
    const result = await tasks.image(path);
    return result.ok ? { ok: true, value: URL.createObjectURL(result.value) } : result;
  };

  const forgetPictures = () => {
    for (const picture of pictures.values()) void picture.then((result) => result.ok && URL.revokeObjectURL(result.value));
    pictures.clear();
  };

  const goToLineOf = (target: Element) => {
    const line = lineOf(target, article, shown);
    if (line !== null) tasks.goTo(line);
  };

  article.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.altKey) return goToLineOf(event.target);
    const link = event.target.closest("a[href]");
    if (!link) return;
    event.preventDefault();
    follow(link.getAttribute("href")!);
  });
  article.addEventListener("dblclick", ({ target }) => {
    if (target instanceof Element && !target.closest("a[href]")) goToLineOf(target);
  });

  const follow = (href: string) => {
    if (href.startsWith("#")) findTarget(article, href.slice(1))?.scrollIntoView({ block: "center" });
    else if (originOf(href) !== null || /^(?:mailto|tel):/i.test(href)) window.open(href, "_blank", "noopener");
    else if (/\.(?:md|markdown)(?:#.*)?$/i.test(href)) tasks.openDocument(resolve(name, href.replace(/#.*$/, "")));
  };

  const tellRemote = () => {
    const found = [...article.querySelectorAll<HTMLElement>("[data-origin]")].map(({ dataset }) => dataset["origin"]!);
    tasks.remote([...new Set(found)].sort());
  };

  return {
    begin(next) {
      if (next === name) return;
      name = next;
      forgetPictures();
      article.replaceChildren();
      placed = false;
    },
    receive({ kept, blocks, rest, moved, message }, current) {
      if (current) tasks.paused(message);
      if (message) return;
      const end = shown.length - rest;
      const gone = shown.slice(kept, end);
      const fresh = made(blocks, gone);
      const below = moved === 0 ? shown.slice(end) : shown.slice(end).map((one) => ({ ...one, line: one.line + moved }));
      shown = [...shown.slice(0, kept), ...fresh, ...below];
      placed &&= current;
      if (!current) return;
      article.classList.toggle("long", shown.length > LONG);
      const pictures = !placed || [...gone, ...fresh].some(({ element }) => element.querySelector("[data-origin]"));
      if (placed) exchange(article, gone, fresh, below[0]?.element ?? null);
      else fill(article, shown);
      placed = true;
      if (pictures) tellRemote();
      tasks.patched();
    },
    reset() {
      shown = [];
      placed = false;
    },
    anchors: () => shown,
  };
}

/** Put `fresh` before `next`, where `gone` is, moving as few as possible: a moved element loses its state. */
function exchange(parent: HTMLElement, gone: readonly Shown[], fresh: readonly Shown[], next: Element | null): void {
  const wanted = new Set(fresh.map(({ element }) => element));
  const staying = gone.map(({ element }) => element).filter((element) => wanted.has(element) || void element.remove());
  let at = staying[0] ?? next;
  for (const { element } of fresh) {
    if (element === at) at = at.nextElementSibling;
    else parent.insertBefore(element, at);
  }
}

/** Make the elements of `blocks` all that is in `parent`. */
function fill(parent: HTMLElement, blocks: readonly Shown[]): void {
  const wanted = new Set<Element>(blocks.map(({ element }) => element));
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  exchange(parent, blocks.filter(({ element }) => element.parentElement === parent), blocks, null);
}

/** Where the parts of the block at `anchor` begin, itself first. */
export function anchorsWithin({ line, element }: Anchor): Anchor[] {
  const parts = [...element.querySelectorAll<HTMLElement>("[data-line]")]
    .map((part) => ({ line: line + Number(part.dataset["line"]), element: part }))
    // What is folded away has no place of its own.
    .filter((part) => part.line > line && part.element.getClientRects().length > 0);
  return [{ line, element }, ...parts];
}

function lineOf(target: Element, article: HTMLElement, shown: readonly Shown[]): number | null {
  let top: Element | null = target;
  while (top && top.parentElement !== article) top = top.parentElement;
  const block = shown.find(({ element }) => element === top);
  if (!block) return null;
  const part = target.closest<HTMLElement>("[data-line]");
  return block.line + Number(part?.dataset["line"] ?? 0);
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

function placeholder(alt: string, explanation: string, origin = ""): HTMLElement {
  const words = h("span", { class: "alt" }, alt || "Picture");
  const label = `${alt || "Picture"}: ${explanation}`;
  return h("span", { class: "no-image", role: "img", "aria-label": label, "data-origin": origin || false }, words, h("small", {}, explanation));
}

function whyNot(source: string, { status, message }: Failure): string {
  return status === 404 ? `${source} — not found` : status === 0 ? `${source} — the server is away` : message;
}

function wrapWide(table: HTMLTableElement): void {
  const wrapper = reachable(h("div", { class: "wide" }), table.caption?.textContent.trim() || "Table");
  table.replaceWith(wrapper);
  wrapper.append(table);
}

/** What may be wider than the page scrolls inside itself, for the keyboard too. */
function reachable(element: HTMLElement, label: string): HTMLElement {
  element.tabIndex = 0;
  element.role = "group";
  element.ariaLabel = label;
  return element;
}
