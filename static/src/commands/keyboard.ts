/** Key presses to commands. Knows no command; whose key is whose is decided here. */

import { EditorView } from "@codemirror/view";
import type { Extension } from "@codemirror/state";

import { type Command, keysOf } from "./command";
import { isPress, normalKey } from "./keys";

/** Keys that a writer has given to commands, by name; an empty one takes the key away. */
export type OwnKeys = Readonly<Record<string, string>>;

export interface Keyboard {
  /** For the editor, before its own keys. */
  readonly extension: Extension;
  /** Of the whole page, wherever the focus is. */
  listen(): void;
}

export function createKeyboard(commands: () => readonly Command[]): Keyboard {
  const press = (event: KeyboardEvent, here: (command: Command) => boolean): boolean =>
    commands().some((command) => here(command) && keysOf(command).some((key) => isPress(event, key)) && command.run());

  return {
    extension: EditorView.domEventHandlers({
      keydown: (event, view) => !view.composing && !event.isComposing && press(event, ({ reach }) => reach !== "native"),
    }),
    listen() {
      window.addEventListener("keydown", (event) => {
        // A question that is open has the keys for itself.
        if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
        if (press(event, ({ reach }) => reach === "page")) event.preventDefault();
      });
    },
  };
}

/** `commands` with the writer's own keys; one that was given to another is taken from whoever had it. */
export function withOwnKeys(commands: readonly Command[], own: OwnKeys): readonly Command[] {
  const taken = new Map(Object.entries(own).flatMap(([name, key]) => (key ? [[normalKey(key), name]] : [])));
  return commands.map(({ key, aliases, ...command }) => {
    const isMine = (each: string) => (taken.get(normalKey(each)) ?? command.name) === command.name;
    const mine = command.reach === "native" ? key : (own[command.name] ?? key);
    const others = aliases?.filter(isMine);
    return { ...command, ...(mine && isMine(mine) && { key: mine }), ...(others?.length && { aliases: others }) };
  });
}

/** The command that `key` belongs to. */
export function ownerOf(commands: readonly Command[], key: string): Command | undefined {
  return commands.find((command) => keysOf(command).some((each) => normalKey(each) === normalKey(key)));
}
