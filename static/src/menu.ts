/** A menu of commands at a place: by pointer or keyboard, with arrows, first letters and Escape. */

import { h, icon } from "./dom";

export interface MenuItem {
  readonly label: string;
  /** How its key is written. */
  readonly key?: string;
  readonly disabled?: boolean;
  /** What stands in the way, in two words; it can be chosen, and then says more. */
  readonly obstacle?: string;
  /** Of something that is on or off: then the menu stays, and shows which. */
  isOn?(): boolean;
  run(): void;
}

export interface MenuContent {
  /** Its accessible name. */
  readonly label: string;
  /** A sentence above the items. */
  readonly note?: string;
  readonly groups: readonly (readonly MenuItem[])[];
  /** A quiet line below them. */
  readonly hint?: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Where the popup ends instead, if there is room above and none below. */
  readonly above?: number;
}

export interface Menu {
  /** Show it at a point, or below the button that opens it. `onClose` runs before a chosen item does. */
  open(content: MenuContent, at: Point | HTMLElement, onClose: () => void): void;
  close(): void;
  readonly isOpen: boolean;
}

export function createMenu(menu: HTMLElement): Menu {
  let closed: (() => void) | null = null;
  let opener: HTMLElement | null = null;

  const close = () => {
    if (!closed) return;
    const done = closed;
    closed = null;
    menu.hidePopover();
    opener?.setAttribute("aria-expanded", "false");
    opener = null;
    done();
  };

  const items = () => [...menu.querySelectorAll<HTMLButtonElement>("[role^=menuitem]")];

  const move = (to: (index: number, count: number) => number) => {
    const all = items();
    const index = all.indexOf(document.activeElement as HTMLButtonElement);
    all[(to(index, all.length) + all.length) % all.length]?.focus();
  };

  const moves: Record<string, (index: number, count: number) => number> = {
    ArrowDown: (i) => i + 1,
    ArrowUp: (i, count) => (i < 0 ? count : i) - 1,
    Home: () => 0,
    End: (_, count) => count - 1,
  };

  menu.addEventListener("keydown", (event) => {
    const step = moves[event.key];
    if (step) move(step);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && /\S/.test(event.key)) byLetter(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const byLetter = (letter: string) => {
    const all = items();
    const start = all.indexOf(document.activeElement as HTMLButtonElement) + 1;
    const ordered = [...all.slice(start), ...all.slice(0, start)];
    ordered.find((item) => item.textContent!.toLowerCase().startsWith(letter.toLowerCase()))?.focus();
  };

  document.addEventListener("pointerdown", (event) => {
    const target = event.target as Node;
    if (!menu.contains(target) && !opener?.contains(target)) close();
  });
  window.addEventListener("blur", close);
  window.addEventListener("resize", close);

  return {
    close,
    get isOpen() {
      return closed !== null;
    },
    open(content, at, onClose) {
      const again = at === opener;
      close();
      if (again) return;
      menu.setAttribute("aria-label", content.label);
      menu.replaceChildren(...build(content, close));
      menu.showPopover();
      closed = onClose;
      if (at instanceof HTMLElement) {
        opener = at;
        at.setAttribute("aria-expanded", "true");
      }
      place(menu, at);
      items()[0]?.focus();
    },
  };
}

function build({ note, groups, hint }: MenuContent, close: () => void): Node[] {
  const entry = ({ label, key, disabled = false, obstacle, isOn, run }: MenuItem) => {
    const button = h(
      "button",
      {
        type: "button",
        role: isOn ? "menuitemcheckbox" : "menuitem",
        "aria-checked": isOn ? String(isOn()) : false,
        tabindex: "-1",
        "aria-disabled": disabled ? "true" : "false",
        click: () => {
          if (disabled) return;
          if (!isOn) close();
          run();
          if (isOn) button.setAttribute("aria-checked", String(isOn()));
        },
      },
      h("span", {}, label),
      obstacle ? h("small", { class: "obstacle" }, obstacle) : isOn ? icon("check") : h("kbd", { "aria-hidden": "true" }, key ?? ""),
    );
    return button;
  };
  const nodes: Node[] = groups
    .filter((group) => group.length > 0)
    .flatMap((group, i) => [...(i > 0 ? [h("hr", { role: "separator" })] : []), h("div", { role: "group" }, ...group.map(entry))]);
  if (note) nodes.unshift(h("p", { class: "menu-note", role: "presentation" }, note));
  if (hint) nodes.push(h("p", { class: "menu-hint", role: "presentation" }, hint));
  return nodes;
}

const MARGIN = 8;

/** Beside the point, or below the button and in line with one of its sides; always inside the window. */
export function place(popup: HTMLElement, at: Point | HTMLElement): void {
  const box = at instanceof HTMLElement ? at.getBoundingClientRect() : null;
  const wanted: Point = at instanceof HTMLElement ? { x: box!.left, y: box!.bottom + 4 } : at;
  const { offsetWidth, offsetHeight } = popup;
  const most = window.innerWidth - offsetWidth - MARGIN;
  const x = Math.min(box && wanted.x > most ? box.right - offsetWidth : wanted.x, most);
  const lowest = window.innerHeight - offsetHeight - MARGIN;
  const above = (wanted.above ?? 0) - offsetHeight;
  const y = Math.min(wanted.y > lowest && above >= MARGIN ? above : wanted.y, lowest);
  popup.style.left = `${Math.max(MARGIN, x)}px`;
  popup.style.top = `${Math.max(MARGIN, y)}px`;
}
