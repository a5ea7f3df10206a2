/** What a command is, and what is made of commands: keymap, buttons, menus. Knows none of them; `registry.ts` lists them. */

import type { MenuItem } from "../menu";
import { keyLabel } from "./keys";

export type Group = "ai" | "review" | "text" | "blocks" | "tables" | "sections" | "finding" | "clipboard" | "documents" | "export" | "view";

/** What is known of a command before the page is there. */
export interface Description {
  readonly name: string;
  readonly label: string;
  readonly group: Group;
  /** As CodeMirror writes keys. */
  readonly key?: string;
  /** Other keys that do the same, told in the help. */
  readonly aliases?: readonly string[];
  /** What else a writer may call it. */
  readonly words?: string;
  /** `page`: works wherever the focus is. `native`: the editor or the browser binds the key already. */
  readonly reach?: "page" | "native";
}

/** A row of a module's table, whose functions get the parts of the page that they need. */
export interface CommandOf<Parts> extends Description {
  /** Why it cannot be done now or here, as a sentence; empty if it can. Its key then means what it means without it. */
  when?(parts: Parts): string;
  /** Of something that is on or off. */
  isOn?(parts: Parts): boolean;
  /** `false`, and nothing else: not now, so the key means what it means without it. */
  run(parts: Parts): unknown;
}

/** A command of the page that is there. */
export interface Command extends Description {
  /** Why it cannot be done now or here; empty if it can. */
  obstacle(): string;
  isOn?(): boolean;
  /** Whether it was done. */
  run(): boolean;
}

export const GROUP_TITLES: Record<Group, string> = {
  ai: "AI",
  review: "Suggestions",
  text: "Words",
  blocks: "Lines",
  tables: "Tables",
  sections: "Sections",
  finding: "Finding",
  clipboard: "Clipboard",
  documents: "Documents",
  export: "Export",
  view: "View",
};

export function bind<Parts>(table: readonly CommandOf<Parts>[], parts: Parts): readonly Command[] {
  return table.map(({ when, isOn, run, ...description }) => ({
    ...description,
    ...(isOn && { isOn: () => isOn(parts) }),
    obstacle: () => when?.(parts) ?? "",
    run: () => !when?.(parts) && run(parts) !== false,
  }));
}

export function keysOf({ key, aliases = [] }: Description): readonly string[] {
  return key === undefined ? aliases : [key, ...aliases];
}

/** Buttons of the page that name a command do it. */
export function connectButtons(root: ParentNode, commands: () => readonly Command[]): void {
  for (const button of buttonsIn(root)) button.addEventListener("click", () => named(commands(), button).run());
}

/** Say each button's key in its tooltip. */
export function nameButtons(root: ParentNode, commands: readonly Command[]): void {
  for (const button of buttonsIn(root)) {
    const { key } = named(commands, button);
    button.title = [button.getAttribute("aria-label"), key && keyLabel(key)].filter(Boolean).join("  ");
  }
}

function buttonsIn(root: ParentNode): Iterable<HTMLElement> {
  return root.querySelectorAll<HTMLElement>("[data-command]");
}

function named(commands: readonly Command[], button: HTMLElement): Command {
  const command = commands.find(({ name }) => name === button.dataset["command"]);
  if (!command) throw new Error(`The page names an unknown command: ${button.dataset["command"]}`);
  return command;
}

/** The commands whose buttons have no room on this screen. */
export function unseen(commands: readonly Command[]): Command[] {
  const hidden = [...document.querySelectorAll<HTMLElement>(".topbar [data-command]")].filter((button) => !button.checkVisibility());
  return commands.filter(({ name }) => hidden.some((button) => button.dataset["command"] === name));
}

export function menuItems(commands: readonly Command[]): MenuItem[] {
  return commands.map(({ label, key, isOn, obstacle, run }) => ({
    label,
    disabled: obstacle() !== "",
    ...(key && { key: keyLabel(key) }),
    ...(isOn && { isOn }),
    run,
  }));
}
