/** The small toolbar at a selection: it comes after the pointer has made one, or by its key, and goes with the next word. */

import type { Extension } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";

import type { Command } from "./commands/command";
import { keyLabel } from "./commands/keys";
import { h, icon } from "./dom";
import { place } from "./menu";

export interface BubbleParts {
  /** An empty popover. */
  readonly bar: HTMLElement;
  view(): EditorView;
  commands(): readonly Command[];
  isOn(): boolean;
  /** Open the model's menu at a button. */
  openAi(button: HTMLElement): void;
}

export interface Bubble {
  readonly extension: Extension;
  /** Show it and lead the keyboard there; false where nothing is selected. */
  enter(): boolean;
}

/** What is offered, and how its button looks. */
const OFFERED: Record<string, () => Node> = {
  bold: () => h("b", {}, "B"),
  italic: () => h("i", {}, "I"),
  link: () => icon("link"),
  heading: () => h("span", {}, "H"),
  quote: () => icon("quote"),
};

export function createBubble({ bar, view, commands, isOn, openAi }: BubbleParts): Bubble {
  const isOpen = () => bar.matches(":popover-open");
  const buttons = () => [...bar.querySelectorAll<HTMLButtonElement>("button")];
  bar.setAttribute("aria-label", "Selection");

  const hide = () => isOpen() && bar.hidePopover();
  const leave = () => {
    hide();
    view().focus();
  };

  const build = () => {
    const known = commands();
    const marks = Object.entries(OFFERED).flatMap(([name, look]) => {
      const command = known.find((each) => each.name === name);
      if (!command || command.obstacle() !== "") return [];
      const run = () => {
        leave();
        command.run();
      };
      const title = [command.label, command.key && keyLabel(command.key)].filter(Boolean).join("  ");
      return [h("button", { type: "button", class: "icon-button", tabindex: "-1", "aria-label": command.label, title, click: run }, look())];
    });
    const ai: HTMLButtonElement = h(
      "button",
      { type: "button", class: "text-button", tabindex: "-1", "aria-label": "AI", title: "AI", "aria-haspopup": "menu", click: () => (openAi(ai), hide()) },
      icon("ai"),
      "AI",
    );
    bar.replaceChildren(ai, ...marks);
    ai.tabIndex = 0;
  };

  const show = () => {
    build();
    if (!isOpen()) bar.showPopover();
    return stay();
  };

  /** At the words, as long as they are seen. */
  const stay = () => {
    const { main } = view().state.selection;
    // Of a long selection only the end that moves may be drawn.
    const at = (position: number, side: 1 | -1) => view().coordsAtPos(position, side) ?? view().coordsAtPos(main.head);
    const [start, end] = [at(main.from, 1), at(main.to, -1)];
    const seen = view().scrollDOM.getBoundingClientRect();
    if (!start || !end || end.bottom < seen.top || start.top > seen.bottom) {
      hide();
      return false;
    }
    const room = bar.offsetHeight + 8;
    // A finger's own handles and menu are above the words.
    const above = start.top - room > 48 && !window.matchMedia("(pointer: coarse)").matches;
    place(bar, { x: Math.min(start.left, end.right), y: above ? start.top - room : end.bottom + 8 });
    return true;
  };

  const wanted = () => {
    const { state } = view();
    return isOn() && !state.readOnly && !state.selection.main.empty && /\S/.test(state.sliceDoc(state.selection.main.from, state.selection.main.to));
  };

  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("keydown", (event) => {
    const all = buttons();
    const here = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") leave();
    else if (to === undefined) return;
    else all.at(to % all.length)?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!bar.contains(event.target as Node)) hide();
  });

  const updated = (update: ViewUpdate) => {
    if (update.docChanged || update.selectionSet) hide();
  };

  return {
    extension: [
      EditorView.updateListener.of(updated),
      EditorView.domEventHandlers({
        pointerdown(event) {
          if (event.button !== 0) return;
          // It may end anywhere; the editor has its selection by the next frame.
          window.addEventListener("pointerup", () => requestAnimationFrame(() => wanted() && show()), { once: true });
        },
        keydown: () => void hide(),
        scroll: () => void (isOpen() && stay()),
      }),
    ],
    enter() {
      if (view().state.selection.main.empty || !show()) return false;
      buttons()[0]?.focus();
      return true;
    },
  };
}
