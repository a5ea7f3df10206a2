/** The list of documents: search by name, and what can be done to each. Knows nothing of how it is done. */

import { h, icon } from "./dom";
import type { DocumentEntry } from "./protocol";

export interface SidebarParts {
  readonly list: HTMLElement;
  readonly search: HTMLInputElement;
  readonly empty: HTMLElement;
}

export interface SidebarTasks {
  open(name: string): void;
  rename(name: string): void;
  remove(name: string): void;
}

export interface Sidebar {
  show(documents: readonly DocumentEntry[]): void;
  /** Mark the open document. */
  mark(name: string): void;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export function createSidebar({ list, search, empty }: SidebarParts, tasks: SidebarTasks): Sidebar {
  let documents: readonly DocumentEntry[] = [];
  let marked = "";

  const render = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = documents.filter(({ name }) => name.toLowerCase().includes(wanted));
    list.replaceChildren(...found.map(({ name }) => item(name, name === marked, tasks)));
    empty.hidden = found.length > 0;
    empty.textContent = documents.length === 0 ? "No documents yet." : "No document of that name.";
  };

  search.addEventListener("input", render);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector<HTMLElement>(".open")?.click();
    else if (event.key === "ArrowDown") list.querySelector<HTMLElement>(".open")?.focus();
    else if (event.key === "Escape" && search.value) search.value = "";
    else return;
    if (event.key === "Escape") render();
    event.preventDefault();
  });
  list.addEventListener("keydown", (event) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>("li")?.dataset["name"];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) neighbour(list, event.target as HTMLElement, step)?.focus();
    else if (event.key === "F2" && name) tasks.rename(name);
    else if (event.key === "Delete" && name) tasks.remove(name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    show(entries) {
      documents = entries.toSorted((a, b) => COLLATOR.compare(a.name, b.name));
      render();
    },
    mark(name) {
      marked = name;
      render();
    },
  };
}

function item(name: string, current: boolean, tasks: SidebarTasks): HTMLElement {
  const title = titleOf(name);
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  const small = (label: string, symbol: string, run: () => void) =>
    h("button", { type: "button", class: "icon-button", "aria-label": `${label} ${title}`, title: label, click: run }, icon(symbol));
  const label = h("span", {}, title);
  if (folder) label.prepend(h("small", {}, folder));
  return h(
    "li",
    { "data-name": name },
    h("button", { type: "button", class: "open", "aria-current": current && "true", click: () => tasks.open(name) }, label),
    small("Rename", "rename", () => tasks.rename(name)),
    small("Delete", "trash", () => tasks.remove(name)),
  );
}

/** A document's name without its folder and ending. */
export function titleOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).replace(/\.(?:md|markdown)$/i, "");
}

function neighbour(list: HTMLElement, from: HTMLElement, step: number): HTMLElement | undefined {
  const all = [...list.querySelectorAll<HTMLElement>(".open")];
  const at = all.indexOf(from.closest("li")?.querySelector<HTMLElement>(".open") ?? from);
  return all[Math.min(all.length - 1, Math.max(0, at + step))];
}
