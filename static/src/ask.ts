/** The box for a free instruction, near the text it is about. */

import type { EditorView } from "@codemirror/view";

import { type Asked, AskedBefore } from "./asked";
import { h, icon } from "./dom";
import { place } from "./menu";
import { AT_CARET, describeAim } from "./aim";

export interface AskParts {
  readonly box: HTMLElement;
  readonly form: HTMLFormElement;
  readonly input: HTMLTextAreaElement;
  /** Says what the instruction will be about. */
  readonly subject: HTMLElement;
  /** Holds what was asked before. */
  readonly history: HTMLElement;
}

export interface Ask {
  open(): void;
}

/** Of what was asked before, as many are shown. */
const SHOWN = 6;

/** `send` gets what was written; an empty instruction is never sent. */
export function createAsk(view: EditorView, { box, form, input, subject, history }: AskParts, send: (instruction: string) => void): Ask {
  const before = new AskedBefore();

  const render = () => history.replaceChildren(...before.matching(input.value).slice(0, SHOWN).map(entry));

  const entry = ({ instruction, favourite }: Asked) => {
    const again = () => {
      input.value = instruction;
      input.focus();
    };
    const change = (run: () => void) => () => {
      run();
      render();
      input.focus();
    };
    const favour = change(() => before.favour(instruction, !favourite));
    const remove = change(() => before.remove(instruction));
    return h(
      "li",
      {},
      h("button", { type: "button", class: "again", title: instruction, click: again }, instruction),
      h(
        "button",
        { type: "button", class: "icon-button", "aria-pressed": String(favourite), "aria-label": "Favourite", title: "Favourite", click: favour },
        favourite ? "★" : "☆",
      ),
      h("button", { type: "button", class: "icon-button", "aria-label": "Forget", title: "Forget", click: remove }, icon("cross")),
    );
  };

  const close = () => {
    if (!box.matches(":popover-open")) return;
    box.hidePopover();
    view.focus();
  };

  const submit = () => {
    const instruction = input.value.trim();
    if (!instruction) return;
    close();
    before.add(instruction);
    send(instruction);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", render);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && walk(step)) event.preventDefault();
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target as Node)) close();
  });

  /** From the box into the list of what was asked before, and back. */
  const walk = (step: number): boolean => {
    const stops = [input, ...history.querySelectorAll<HTMLElement>(".again")];
    const here = stops.findIndex((each) => each === document.activeElement || each.parentElement?.contains(document.activeElement));
    const next = stops[here + step];
    if (!next || (here === 0 && input.value.includes("\n"))) return false;
    next.focus();
    return true;
  };

  return {
    open() {
      if (box.matches(":popover-open")) return close();
      const { main } = view.state.selection;
      const aim = describeAim(view.state);
      subject.textContent = aim;
      input.placeholder = aim === AT_CARET ? "What shall the model write here?" : "What shall the model do?";
      input.value = "";
      render();
      box.showPopover();
      const end = view.coordsAtPos(main.to) ?? view.dom.getBoundingClientRect();
      const start = view.coordsAtPos(main.from) ?? end;
      place(box, { x: start.left, y: end.bottom + 8, above: start.top - 8 });
      input.focus();
    },
  };
}
