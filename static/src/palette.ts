/** One box for everything: commands, documents, headings of this one, and what else is typed goes to the model. */

import { type Command, GROUP_TITLES } from "./commands/command";
import { keyLabel } from "./commands/keys";
import { h } from "./dom";
import { type Fit, fit } from "./fuzzy";
import { recall, remember } from "./memory";

export interface PaletteParts {
  readonly dialog: HTMLDialogElement;
  commands(): readonly Command[];
  /** Names of all documents. */
  documents(): readonly string[];
  /** Of the open document, in order. */
  headings(): readonly { readonly level: number; readonly title: string; readonly from: number }[];
  openDocument(name: string): void;
  goTo(position: number): void;
  /** Ask the model for what was typed. */
  ask(instruction: string): void;
  /** Say why a command cannot be done. */
  tell(sentence: string): void;
}

export interface Palette {
  /** `prefix` is one of `PREFIXES`, or empty: commands first. */
  open(prefix?: string): void;
}

export const DOCUMENTS_PREFIX = "@";
export const HEADINGS_PREFIX = "#";

interface Entry {
  /** Of a command. */
  readonly name?: string;
  readonly label: string;
  /** Quiet words after the label: what it belongs to, or why it cannot be done. */
  readonly note: string;
  readonly key?: string;
  readonly isOn?: boolean;
  readonly disabled?: boolean;
  readonly level?: number;
  run(): void;
}

interface Section {
  readonly title: string;
  readonly entries: readonly (Entry & { readonly at?: readonly number[] })[];
}

const RECENT = "meai-recent-commands";
const MOST_RECENT = 5;
const MOST = 50;
/** A match in the other words of a command counts less than one in its label. */
const OTHER_WORDS = 0.4;
const LIST = "palette-list";

export function createPalette(parts: PaletteParts): Palette {
  const { dialog } = parts;
  const input = h("input", {
    type: "text",
    role: "combobox",
    "aria-label": "Commands, documents and headings",
    "aria-controls": LIST,
    "aria-expanded": "true",
    "aria-autocomplete": "list",
    placeholder: "Command, @document or #heading",
    autocomplete: "off",
    spellcheck: "false",
    enterkeyhint: "go",
  });
  const list = h("div", { id: LIST, role: "listbox", "aria-label": "Found", class: "rows" });
  const status = h("p", { class: "empty", role: "status", hidden: true });
  dialog.replaceChildren(input, list, status);
  let chosen: readonly Entry[] = [];
  let active = 0;

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    // What is chosen may take the focus; the dialog gives it back to the text before.
    dialog.close();
    entry.run();
  };

  const activate = (index: number) => {
    const options = [...list.querySelectorAll<HTMLElement>("[role=option]")];
    active = options.length === 0 ? 0 : (index + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    const option = options[active];
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    if (active === 0) list.scrollTop = 0;
    else option?.scrollIntoView({ block: "nearest" });
  };

  const render = () => {
    const found = sections(input.value, parts).filter(({ entries }) => entries.length > 0);
    chosen = found.flatMap(({ entries }) => entries);
    let count = 0;
    const groups = found.map(({ title, entries }, i) => {
      const name = h("p", { class: "group-name", id: `palette-group-${i}`, role: "presentation" }, title);
      const rows = entries.map((entry) => {
        const index = count++;
        return row(entry, index, () => choose(chosen[index]), () => activate(index));
      });
      return h("div", { role: "group", "aria-labelledby": name.id }, name, ...rows);
    });
    list.replaceChildren(...groups);
    status.hidden = chosen.length > 0;
    status.textContent = chosen.length > 0 ? "" : "Nothing of that name.";
    activate(0);
  };

  const keys: Record<string, () => void> = {
    ArrowDown: () => activate(active + 1),
    ArrowUp: () => activate(active - 1),
    PageDown: () => activate(Math.min(active + 8, chosen.length - 1)),
    PageUp: () => activate(Math.max(active - 8, 0)),
    Enter: () => choose(chosen[active]),
  };
  input.addEventListener("keydown", (event) => {
    const run = event.isComposing || event.altKey || event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });
  input.addEventListener("input", render);
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    open(prefix = "") {
      input.value = prefix;
      render();
      if (!dialog.open) dialog.showModal();
      input.focus();
    },
  };
}

/** What stands below the box when `typed` stands in it. */
function sections(typed: string, parts: PaletteParts): Section[] {
  const prefix = typed[0] ?? "";
  const rest = typed.slice(1).trim();
  if (prefix === DOCUMENTS_PREFIX) return [{ title: "Documents", entries: best(rest, documentEntries(parts), MOST) }];
  if (prefix === HEADINGS_PREFIX) return [{ title: "Headings", entries: best(rest.replace(/^#+\s*/, ""), headingEntries(parts), Infinity) }];
  const words = typed.trim();
  if (words === "") return unasked(parts);
  const found = best(words, commandEntries(parts.commands(), parts), MOST);
  return [
    { title: "Commands", entries: [...found.filter(({ disabled }) => !disabled), ...found.filter(({ disabled }) => disabled)] },
    { title: "Documents", entries: best(words, documentEntries(parts), 8) },
    { title: "AI", entries: [{ label: `Ask AI: “${words}”`, note: "", run: () => parts.ask(words) }] },
  ];
}

/** All commands: those that were used last, then by group, then those that cannot be used now. */
function unasked(parts: PaletteParts): Section[] {
  const names = recent();
  const all = parts.commands();
  const used = names.flatMap((name) => all.find((command) => command.name === name && command.obstacle() === "") ?? []);
  const others = all.filter((command) => !used.includes(command));
  const free = others.filter((command) => command.obstacle() === "");
  const groups = [...new Set(free.map(({ group }) => group))];
  return [
    { title: "Used last", entries: commandEntries(used, parts) },
    ...groups.map((group) => ({ title: GROUP_TITLES[group], entries: commandEntries(free.filter((each) => each.group === group), parts, false) })),
    { title: "Not now", entries: commandEntries(others.filter((command) => command.obstacle() !== ""), parts) },
  ];
}

interface Sought extends Entry {
  /** Other words it can be found by. */
  readonly words: string;
}

function best<E extends Sought>(letters: string, entries: readonly E[], most: number): (E & { readonly at?: readonly number[] })[] {
  if (letters === "") return entries.slice(0, most);
  return entries
    .flatMap((entry) => {
      const own = fit(letters, entry.label);
      const other = own ?? wholeWord(letters, entry.words);
      return other ? [{ ...entry, score: other.score * (own ? 1 : OTHER_WORDS), at: own?.at ?? [] }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, most);
}

/** Other words are many: one must begin as was typed. */
function wholeWord(letters: string, words: string): Fit | null {
  return ` ${words}`.toLowerCase().includes(` ${letters.toLowerCase()}`) ? { score: letters.length * 10, at: [] } : null;
}

function commandEntries(commands: readonly Command[], parts: PaletteParts, withGroup = true): Sought[] {
  return commands.map((command) => {
    const { name, label, group, key, words = "", isOn } = command;
    const obstacle = command.obstacle();
    return {
      name,
      label,
      note: obstacle || (withGroup ? GROUP_TITLES[group] : ""),
      words: `${words} ${GROUP_TITLES[group]}`,
      ...(key && { key: keyLabel(key) }),
      ...(isOn && { isOn: isOn() }),
      disabled: obstacle !== "",
      run() {
        if (obstacle) return parts.tell(obstacle);
        used(name);
        command.run();
      },
    };
  });
}

function documentEntries({ documents, openDocument }: PaletteParts): Sought[] {
  return documents().map((name) => {
    const slash = name.lastIndexOf("/");
    const title = name.slice(slash + 1).replace(/\.(?:md|markdown)$/i, "");
    return { label: title, note: name.slice(0, Math.max(slash, 0)), words: name.slice(0, Math.max(slash, 0)), run: () => openDocument(name) };
  });
}

function headingEntries({ headings, goTo }: PaletteParts): Sought[] {
  return headings().map(({ level, title, from }) => ({ label: title || "(no words)", note: "", words: "", level, run: () => goTo(from) }));
}

function row({ name, label, note, key, isOn, disabled, level, at = [] }: Section["entries"][number], index: number, choose: () => void, point: () => void): HTMLElement {
  const option = h(
    "div",
    { id: `palette-${index}`, role: "option", class: "row", "data-name": name ?? false, "aria-selected": "false", "aria-disabled": disabled ? "true" : false, click: choose, pointermove: point },
    h("span", { class: "row-name" }, ...marked(label, at)),
    ...(note ? [h("small", {}, note)] : []),
    ...(isOn === undefined ? [] : [h("small", { class: "badge" }, isOn ? "on" : "off")]),
    ...(key ? [h("kbd", {}, key)] : []),
  );
  if (level) option.dataset["level"] = String(level);
  return option;
}

function marked(label: string, at: readonly number[]): (Node | string)[] {
  const parts: (Node | string)[] = [];
  for (let i = 0; i < label.length; ) {
    const isHit = at.includes(i);
    let end = i;
    while (end < label.length && at.includes(end) === isHit) end++;
    parts.push(isHit ? h("b", {}, label.slice(i, end)) : label.slice(i, end));
    i = end;
  }
  return parts;
}

function recent(): string[] {
  return (recall(RECENT) ?? "").split(" ").filter(Boolean);
}

function used(name: string): void {
  remember(RECENT, [name, ...recent().filter((each) => each !== name)].slice(0, MOST_RECENT).join(" "));
}
