/** The headings beside the text: gone to, folded away, and moved with what is below them. Knows documents by their state alone. */

import { EditorView, type ViewUpdate } from "@codemirror/view";

import { h, icon } from "./dom";
import { recall, remember } from "./memory";
import type { Clock } from "./pace";
import { type Heading, headingsOf, indexAt, isRead, moved, sectionAt, siblingOf } from "./sections";

export interface OutlineParts {
  readonly view: EditorView;
  readonly clock: Clock;
  readonly panel: HTMLElement;
  readonly list: HTMLElement;
  readonly empty: HTMLElement;
  /** Tells what was moved where, to those who do not see it. */
  readonly status: HTMLElement;
  /** The button that shows and hides it. */
  readonly button: HTMLElement;
  /** Whether the panel lies over the text. */
  isNarrow(): boolean;
  /** Room beside the text came or went. */
  changed(): void;
}

export interface Outline {
  toggle(): void;
  /** Another document is shown. */
  turned(): void;
  updated(update: ViewUpdate): void;
  /** Put the section at the caret before or behind its neighbour; false where there is none. */
  moveHere(by: 1 | -1): boolean;
}

const SHOWN = "meai-outline";
const DRAGGED = "application/x-meai-section";
const PAUSE_MS = 150;
/** How long the text is read at a time; a key is not held up for more. */
const PATIENCE_MS = 12;
/** What a writer waits for who moves a section. */
const LONG_MS = 1_000;

export function createOutline(parts: OutlineParts): Outline {
  const { view, clock, panel, list, empty, status, button } = parts;
  let headings: readonly Heading[] = [];
  let drawn = "";
  let timer = 0;
  let active = 0;
  const closed = new Set<string>();

  const isShown = () => !panel.hidden;
  const keyOf = (index: number) => {
    const { level, title } = headings[index]!;
    const same = headings.slice(0, index).filter((other) => other.level === level && other.title === title).length;
    return `${level} ${same} ${title}`;
  };
  const isParent = (index: number) => (headings[index + 1]?.level ?? 0) > headings[index]!.level;
  const isClosed = (index: number) => isParent(index) && closed.has(keyOf(index));

  /** Those whose parents are all open. */
  const rows = () => {
    const shown: number[] = [];
    let depth = Number.POSITIVE_INFINITY;
    headings.forEach(({ level }, i) => {
      if (level > depth) return;
      depth = isClosed(i) ? level : Number.POSITIVE_INFINITY;
      shown.push(i);
    });
    return shown;
  };

  const elementOf = (index: number) => list.querySelector<HTMLElement>(`[data-index="${index}"]`);

  const read = () => {
    const found = headingsOf(view.state, PATIENCE_MS);
    if (found === null) return wait(PATIENCE_MS * 2);
    headings = found;
    active = Math.min(active, Math.max(0, headings.length - 1));
    draw();
  };

  const wait = (ms: number) => {
    clock.cancel(timer);
    timer = clock.after(ms, read);
  };

  const draw = () => {
    const shown = rows();
    const now = JSON.stringify(shown.map((i) => [i, headings[i]!.level, headings[i]!.title, isParent(i), isClosed(i)]));
    if (now !== drawn) {
      drawn = now;
      list.replaceChildren(...shown.map((i) => row(headings[i]!, i, isParent(i) ? !isClosed(i) : null)));
      list.hidden = shown.length === 0;
      empty.hidden = shown.length > 0;
    }
    indicate();
  };

  /** Marks the section of the caret, and the row that the keys are on. */
  const indicate = () => {
    const shown = rows();
    const here = shown.findLast((i) => i <= indexAt(headings, view.state.selection.main.head));
    for (const old of list.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
    const current = here === undefined ? null : elementOf(here);
    current?.setAttribute("aria-current", "true");
    if (document.activeElement !== list) {
      active = here ?? 0;
      current?.scrollIntoView({ block: "nearest" });
    }
    list.querySelector(".active")?.classList.remove("active");
    const element = elementOf(active);
    element?.classList.add("active");
    if (element) list.setAttribute("aria-activedescendant", element.id);
    else list.removeAttribute("aria-activedescendant");
  };

  const stand = (index: number | undefined) => {
    if (index === undefined) return;
    active = index;
    indicate();
    elementOf(index)?.scrollIntoView({ block: "nearest" });
  };

  const goTo = (index: number) => {
    active = index;
    const { from } = headings[index]!;
    view.dispatch({ selection: { anchor: view.state.doc.lineAt(from).to }, effects: EditorView.scrollIntoView(from, { y: "start", yMargin: 24 }) });
    if (parts.isNarrow()) show(false);
    view.focus();
  };

  const fold = (index: number, isOpen: boolean) => {
    if (isOpen) closed.delete(keyOf(index));
    else closed.add(keyOf(index));
    draw();
  };

  const parentOf = (index: number) => {
    for (let i = index - 1; i >= 0; i--) if (headings[i]!.level < headings[index]!.level) return i;
    return undefined;
  };

  /** Before the heading `target`, or at the end. The panel knows the text as it is now, and not as it was drawn. */
  const move = (index: number, target: number) => {
    if (view.state.readOnly) return false;
    const { title } = headings[index]!;
    const change = moved(view.state, headings, index, target);
    if (change === null) return false;
    view.dispatch(change.spec);
    headings = headingsOf(view.state, LONG_MS) ?? headings;
    active = Math.max(0, indexAt(headings, change.at));
    draw();
    const before = headings[active - 1]?.title;
    status.textContent = before === undefined ? `${title} is the first section now.` : `${title} comes after ${before} now.`;
    return true;
  };

  const step = (index: number, by: 1 | -1) => {
    const sibling = siblingOf(headings, index, by);
    if (sibling === null) return false;
    if (by < 0) return move(index, sibling);
    const { to } = sectionAt(view.state.doc, headings, sibling);
    const next = headings.findIndex(({ from }) => from >= to);
    return move(index, next < 0 ? headings.length : next);
  };

  const by = (count: number) => (index: number) => {
    const shown = rows();
    stand(shown[Math.min(shown.length - 1, Math.max(0, shown.indexOf(index) + count))]);
  };
  const keys: Record<string, (index: number) => unknown> = {
    ArrowDown: by(1),
    ArrowUp: by(-1),
    PageDown: by(10),
    PageUp: by(-10),
    Home: () => stand(rows()[0]),
    End: () => stand(rows().at(-1)),
    ArrowRight: (index) => (isClosed(index) ? fold(index, true) : isParent(index) && stand(index + 1)),
    ArrowLeft: (index) => (isParent(index) && !isClosed(index) ? fold(index, false) : stand(parentOf(index))),
    Enter: goTo,
    " ": goTo,
    "Alt-ArrowUp": (index) => step(index, -1),
    "Alt-ArrowDown": (index) => step(index, 1),
  };

  list.addEventListener("keydown", (event) => {
    const key = (event.altKey ? "Alt-" : "") + event.key;
    if (!headings[active] || event.ctrlKey || event.metaKey) return;
    if (keys[key]) keys[key](active);
    else if (key.length === 1 && !event.altKey) byLetter(key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const byLetter = (letter: string) => {
    const shown = rows();
    const at = shown.indexOf(active);
    stand([...shown.slice(at + 1), ...shown.slice(0, at)].find((i) => headings[i]!.title.toLowerCase().startsWith(letter.toLowerCase())));
  };

  const indexUnder = (event: Event) => {
    const told = (event.target as Element).closest<HTMLElement>("[data-index]")?.dataset["index"];
    return told === undefined ? null : Number(told);
  };

  list.addEventListener("click", (event) => {
    const index = indexUnder(event);
    if (index === null) return;
    const task = (event.target as Element).closest<HTMLElement>("[data-task]")?.dataset["task"];
    active = index;
    if (task === "fold") fold(index, isClosed(index));
    else if (task === "up" || task === "down") step(index, task === "up" ? -1 : 1);
    else goTo(index);
  });

  takeDrops();

  function takeDrops(): void {
    let dragged: number | null = null;
    const clear = () => list.querySelector(".drop-before, .drop-after")?.classList.remove("drop-before", "drop-after");
    list.addEventListener("dragstart", (event) => {
      dragged = indexUnder(event);
      event.dataTransfer?.setData(DRAGGED, String(dragged));
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
    });
    list.addEventListener("dragover", (event) => {
      const index = indexUnder(event);
      if (dragged === null || index === null) return;
      event.preventDefault();
      clear();
      elementOf(index)?.classList.add(isLower(event, index) ? "drop-after" : "drop-before");
    });
    list.addEventListener("dragleave", clear);
    list.addEventListener("dragend", () => {
      dragged = null;
      clear();
    });
    list.addEventListener("drop", (event) => {
      const index = indexUnder(event);
      clear();
      if (dragged === null || index === null) return;
      event.preventDefault();
      const shown = rows();
      const target = isLower(event, index) ? (shown[shown.indexOf(index) + 1] ?? headings.length) : index;
      const from = dragged;
      dragged = null;
      move(from, target);
    });
  }

  function isLower({ clientY }: DragEvent, index: number): boolean {
    const { top, height } = elementOf(index)!.getBoundingClientRect();
    return clientY > top + height / 2;
  }

  const show = (shown: boolean) => {
    panel.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
    if (shown) read();
    parts.changed();
  };

  const turnAway = () => parts.isNarrow() && isShown() && show(false);
  document.addEventListener("pointerdown", ({ target }) => {
    if (!panel.contains(target as Node) && !button.contains(target as Node)) turnAway();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    turnAway();
    view.focus();
  });
  show(!parts.isNarrow() && recall(SHOWN) === "shown");

  return {
    toggle() {
      const shown = !isShown();
      if (!parts.isNarrow()) remember(SHOWN, shown ? "shown" : "hidden");
      show(shown);
      if (shown) list.focus();
      else view.focus();
    },
    turned() {
      closed.clear();
      active = 0;
      if (isShown()) read();
    },
    updated({ docChanged, selectionSet }) {
      if (!isShown()) return;
      if (docChanged) wait(PAUSE_MS);
      else if (selectionSet && isRead(view.state)) indicate();
    },
    moveHere(by) {
      headings = headingsOf(view.state, LONG_MS) ?? [];
      const index = indexAt(headings, view.state.selection.main.head);
      return index >= 0 && step(index, by);
    },
  };
}

function row({ level, title }: Heading, index: number, isOpen: boolean | null): HTMLElement {
  const name = title || "Without a title";
  const element = h(
    "li",
    {
      role: "treeitem",
      id: `section-${index}`,
      class: "row",
      "data-index": String(index),
      draggable: "true",
      title: name,
      "aria-label": name,
      "aria-level": String(level),
      "aria-expanded": isOpen !== null && String(isOpen),
    },
    h("span", { class: "fold", "data-task": isOpen === null ? "" : "fold" }, isOpen === null ? "" : icon("chevron")),
    h("span", { class: title ? "row-name" : "row-name quiet" }, name),
    mover("up", name),
    mover("down", name),
  );
  element.style.setProperty("--level", String(level - 1));
  return element;
}

function mover(way: "up" | "down", name: string): HTMLElement {
  const button = h("button", { type: "button", class: "icon-button", tabindex: "-1", "data-task": way, title: `Move ${way}  Alt+${way === "up" ? "↑" : "↓"}` }, icon(way));
  button.setAttribute("aria-label", `Move ${name} ${way}`);
  return button;
}
