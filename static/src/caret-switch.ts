/** The switch in the status line: whether text at the caret comes unasked in this document. Off until it is wanted. */

import { documentMemory } from "./memory";

export interface CaretSwitch {
  readonly isOn: boolean;
  toggle(): void;
  /** Another document is open, or the settings say something else. */
  turned(): void;
}

const ON = "In a pause the model suggests how the sentence goes on. Press to stop that in this document.";
const OFF = "The model suggests at the caret only when asked, by Alt + \\. Press to have it suggest in a pause.";
const KEY = "meai-caret-text";

/** `document` names the open one. A document that was never switched is as the settings say. */
export function createCaretSwitch(button: HTMLElement, document: () => string, byDefault: () => boolean): CaretSwitch {
  const memory = documentMemory<boolean>(KEY);
  // Kept here, because each key asks for it.
  let on = false;
  const render = () => {
    on = memory.of(document()) ?? byDefault();
    button.textContent = on ? "Suggestions: on" : "Suggestions: off";
    button.setAttribute("aria-pressed", String(on));
    button.title = on ? ON : OFF;
  };
  const toggle = () => {
    memory.keep(document(), !on);
    render();
  };
  // A press must not take the focus from the text.
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", toggle);
  return {
    get isOn() {
      return on;
    },
    toggle,
    turned: render,
  };
}
