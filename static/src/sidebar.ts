/** The documents as a tree: folders that open and close, arrows, F2, Delete. Knows nothing of how a task is done. */

import { h, icon } from "./dom";
import { recall, remember } from "./memory";
import type { Point } from "./menu";
import type { DocumentEntry } from "./protocol";
import { type Folder, folderOf, foldersOf, lineage, type Row, rowsOf, treeOf } from "./tree";

export interface SidebarParts {
  /** Holds the tree and scrolls it. */
  readonly scroller: HTMLElement;
  readonly list: HTMLElement;
  readonly empty: HTMLElement;
}

export interface SidebarTasks {
  open(name: string): void;
  rename(name: string): void;
  remove(name: string): void;
  renameFolder(path: string): void;
  removeFolder(path: string): void;
  /** Show what can be done to `row`. */
  menu(row: Row, at: Point | HTMLElement): void;
  move(name: string, folder: string): void;
}

export interface Sidebar {
  show(documents: readonly DocumentEntry[]): void;
  /** Mark the open document, and let it be seen. */
  mark(name: string): void;
  readonly folders: readonly string[];
  focus(): void;
}

const OPEN = "meai-folders";
/** Rows beyond the edges that are drawn as well, so that scrolling shows no gap. */
const SPARE = 12;
/** What is dragged is a document of this page, and nothing that an editor would insert. */
const DRAGGED = "application/x-meai-document";

export function createSidebar({ scroller, list, empty }: SidebarParts, tasks: SidebarTasks): Sidebar {
  const open = new Set<string>(JSON.parse(recall(OPEN) ?? "[]") as string[]);
  let tree: Folder = treeOf([]);
  let rows: Row[] = [];
  let elements = new WeakMap<Row, HTMLElement>();
  let marked = "";
  let active = "";
  let isInSight = true;
  let count = 0;

  const arrange = () => {
    const at = rows.findIndex(({ name }) => name === active);
    rows = rowsOf(tree, (path) => open.has(path));
    elements = new WeakMap();
    // What the keyboard was on is gone: what took its place is next.
    if (!rowOf(active)) active = (at < 0 ? rowOf(marked) : rows[Math.min(at, rows.length - 1)])?.name ?? rows[0]?.name ?? "";
    empty.hidden = rows.length > 0;
    empty.textContent = "No documents yet: what you write is the first.";
    draw();
  };

  /** Only what is in sight: a folder may hold thousands. */
  const draw = () => {
    const height = rowHeight(list);
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - SPARE);
    const end = Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + SPARE;
    list.style.blockSize = `${rows.length * height}px`;
    list.style.paddingBlockStart = `${first * height}px`;
    list.replaceChildren(...rows.slice(first, end).map(elementOf));
    indicate();
  };

  const indicate = () => {
    list.querySelector(".active")?.classList.remove("active");
    const row = rowOf(active);
    const element = row && elements.get(row);
    element?.classList.add("active");
    if (element?.isConnected) list.setAttribute("aria-activedescendant", element.id);
    else list.removeAttribute("aria-activedescendant");
  };

  const rowOf = (name: string) => rows.find((row) => row.name === name);

  const elementOf = (row: Row): HTMLElement => {
    const known = elements.get(row);
    if (known) return known;
    const element = item(row, `document-${++count}`, row.name === marked);
    elements.set(row, element);
    return element;
  };

  const goTo = (row: Row | undefined) => {
    if (!row) return;
    active = row.name;
    reveal(row);
    draw();
  };

  const reveal = (row: Row) => {
    const height = rowHeight(list);
    const top = rows.indexOf(row) * height;
    const { scrollTop, clientHeight } = scroller;
    if (clientHeight === 0) return;
    if (top < scrollTop) scroller.scrollTop = top;
    else if (top + height > scrollTop + clientHeight) scroller.scrollTop = top + height - clientHeight;
  };

  /** Once: a document that was just opened or moved may not be listed yet, and later the writer may have scrolled away. */
  const bringIntoSight = () => {
    const row = rowOf(marked);
    if (isInSight || !row || scroller.clientHeight === 0) return;
    isInSight = true;
    active = marked;
    reveal(row);
    draw();
  };

  const fold = (path: string, shown: boolean) => {
    if (shown) open.add(path);
    else open.delete(path);
    remember(OPEN, JSON.stringify([...open]));
    arrange();
    const row = rowOf(active);
    if (row) reveal(row);
  };

  const press = (row: Row) => (row.kind === "folder" ? fold(row.name, !row.open) : tasks.open(row.name));

  const inward = (row: Row) => {
    if (row.kind === "document") return;
    if (row.open) goTo(rows[rows.indexOf(row) + 1]);
    else fold(row.name, true);
  };

  const outward = (row: Row) => {
    if (row.kind === "folder" && row.open) fold(row.name, false);
    else goTo(rowOf(folderOf(row.name)));
  };

  const step = (by: number) => (row: Row) => goTo(rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + by))]);
  const page = () => Math.max(1, Math.floor(scroller.clientHeight / rowHeight(list)) - 1);

  const keys: Record<string, (row: Row) => void> = {
    ArrowDown: step(1),
    ArrowUp: step(-1),
    PageDown: (row) => step(page())(row),
    PageUp: (row) => step(-page())(row),
    Home: () => goTo(rows[0]),
    End: () => goTo(rows.at(-1)),
    ArrowRight: inward,
    ArrowLeft: outward,
    Enter: press,
    " ": press,
    F2: ({ kind, name }) => (kind === "document" ? tasks.rename(name) : tasks.renameFolder(name)),
    Delete: ({ kind, name }) => (kind === "document" ? tasks.remove(name) : tasks.removeFolder(name)),
    ContextMenu: (row) => tasks.menu(row, below(elements.get(row) ?? list)),
  };

  const byLetter = (letter: string) => {
    const at = rows.findIndex(({ name }) => name === active);
    goTo([...rows.slice(at + 1), ...rows.slice(0, at)].find(({ title }) => title.toLowerCase().startsWith(letter.toLowerCase())));
  };

  list.addEventListener("keydown", (event) => {
    const row = rowOf(active);
    if (!row) return;
    const key = event.key === "F10" && event.shiftKey ? "ContextMenu" : event.key;
    if (keys[key]) keys[key](row);
    else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) byLetter(key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const under = (event: Event) => rowOf((event.target as HTMLElement).closest<HTMLElement>("[data-name]")?.dataset["name"] ?? "");

  list.addEventListener("click", (event) => {
    const row = under(event);
    if (!row) return;
    active = row.name;
    const more = (event.target as HTMLElement).closest<HTMLElement>(".more");
    if (more) tasks.menu(row, more);
    else press(row);
    indicate();
  });
  list.addEventListener("contextmenu", (event) => {
    const row = under(event);
    if (!row || event.shiftKey) return;
    event.preventDefault();
    active = row.name;
    indicate();
    tasks.menu(row, { x: event.clientX, y: event.clientY });
  });
  scroller.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(() => {
    // What is not shown forgets how far it was scrolled.
    if (scroller.clientHeight === 0) isInSight = false;
    draw();
    bringIntoSight();
  }).observe(scroller);
  takeDrops(scroller, (target) => {
    const row = rowOf(target.closest<HTMLElement>("[data-name]")?.dataset["name"] ?? "");
    return row?.kind === "folder" ? row.name : folderOf(row?.name ?? "");
  }, tasks.move);

  return {
    show(entries) {
      tree = treeOf(entries);
      arrange();
      bringIntoSight();
    },
    mark(name) {
      if (name !== marked) {
        marked = active = name;
        isInSight = false;
        for (const folder of lineage(folderOf(name))) open.add(folder);
      }
      arrange();
      bringIntoSight();
    },
    get folders() {
      return foldersOf(tree);
    },
    focus: () => list.focus(),
  };
}

function item(row: Row, id: string, current: boolean): HTMLElement {
  const { kind, name, title, level, position, siblings, open } = row;
  const element = h(
    "li",
    {
      role: "treeitem",
      id,
      class: kind,
      "data-name": name,
      draggable: kind === "document" && "true",
      title: name,
      "aria-label": title,
      "aria-level": String(level),
      "aria-posinset": String(position),
      "aria-setsize": String(siblings),
      "aria-selected": String(current),
      "aria-expanded": kind === "folder" && String(open),
      dragstart: (event) => {
        const { dataTransfer } = event as DragEvent;
        dataTransfer?.setData(DRAGGED, name);
        if (dataTransfer) dataTransfer.effectAllowed = "move";
      },
    },
    kind === "folder" ? icon("chevron") : "",
    h("span", { class: "open" }, title),
    actions(title),
  );
  element.style.setProperty("--level", String(level - 1));
  return element;
}

function actions(title: string): HTMLElement {
  const button = h("button", { type: "button", class: "icon-button more", tabindex: "-1", title: "Actions" }, icon("more"));
  button.setAttribute("aria-label", `Actions for ${title}`);
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  return button;
}

function takeDrops(area: HTMLElement, folderUnder: (target: HTMLElement) => string, move: (name: string, folder: string) => void): void {
  const point = (event: DragEvent) => {
    for (const old of area.querySelectorAll(".drop")) old.classList.remove("drop");
    const folder = folderUnder(event.target as HTMLElement);
    const element = folder ? area.querySelector(`[data-name="${CSS.escape(folder)}"]`) : area.firstElementChild;
    element?.classList.add("drop");
    return folder;
  };
  const isOurs = (event: DragEvent) => event.dataTransfer?.types.includes(DRAGGED) === true;
  area.addEventListener("dragover", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    point(event);
  });
  const leave = () => area.querySelector(".drop")?.classList.remove("drop");
  area.addEventListener("dragleave", leave);
  area.addEventListener("dragend", leave);
  area.addEventListener("drop", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    const folder = point(event);
    leave();
    const name = event.dataTransfer!.getData(DRAGGED);
    if (folderOf(name) !== folder) move(name, folder);
  });
}

function below(element: HTMLElement): Point {
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left + 24, y: bottom };
}

/** As the style sheet has it; a finger needs more than a pointer. */
function rowHeight(list: HTMLElement): number {
  return (list.firstElementChild as HTMLElement | null)?.offsetHeight || 32;
}
