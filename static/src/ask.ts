/** The box for a free instruction, near the text it is about. */

import type { EditorView } from "@codemirror/view";

import { place } from "./menu";
import { AT_CARET, describeAim } from "./rewriting";

export interface AskParts {
  readonly box: HTMLElement;
  readonly form: HTMLFormElement;
  readonly input: HTMLTextAreaElement;
  /** Says what the instruction will be about. */
  readonly subject: HTMLElement;
}

export interface Ask {
  open(): void;
}

/** `send` gets what was written; an empty instruction is never sent. */
export function createAsk(view: EditorView, { box, form, input, subject }: AskParts, send: (instruction: string) => void): Ask {
  const close = () => {
    if (!box.matches(":popover-open")) return;
    box.hidePopover();
    view.focus();
  };

  const submit = () => {
    const instruction = input.value.trim();
    if (!instruction) return;
    close();
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
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target as Node)) close();
  });

  return {
    open() {
      if (box.matches(":popover-open")) return close();
      const { main } = view.state.selection;
      const aim = describeAim(view.state);
      subject.textContent = aim;
      input.placeholder = aim === AT_CARET ? "What shall the model write here?" : "What shall the model do?";
      input.value = "";
      box.showPopover();
      const end = view.coordsAtPos(main.to) ?? view.dom.getBoundingClientRect();
      const start = view.coordsAtPos(main.from) ?? end;
      const below = end.bottom + 8 + box.offsetHeight < window.innerHeight;
      place(box, { x: start.left, y: below ? end.bottom + 8 : start.top - 8 - box.offsetHeight });
      input.focus();
    },
  };
}
