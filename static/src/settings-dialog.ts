/** The dialog of settings: each change holds at once, in every tab; a value that cannot be is told beside its field. */

import type { Api } from "./api";
import type { Command } from "./commands/command";
import { GROUP_TITLES, keysOf } from "./commands/command";
import { ownerOf, withOwnKeys } from "./commands/keyboard";
import { keyLabel, keyOf, obstacleTo } from "./commands/keys";
import { h, icon } from "./dom";
import { offerBlob } from "./exporting";
import type { OwnAction, Settings, SettingsChange } from "./protocol";
import { DEFAULTS, type Preferences } from "./settings";

export interface SettingsDialogParts {
  readonly api: Pick<Api, "settings" | "settingsFile" | "bringSettings">;
  readonly dialog: HTMLDialogElement;
  readonly preferences: Preferences;
  /** With the keys that they have by default. */
  commands(): readonly Command[];
  modelName(): string;
  openModels(): void;
  /** Something was done that is not seen otherwise. */
  done(sentence: string): void;
}

export interface SettingsDialog {
  open(): Promise<void>;
  /** The settings are other ones now. */
  changed(): void;
}

const DIALECTS = { auto: "As the text is written", american: "American", british: "British", australian: "Australian", canadian: "Canadian", indian: "Indian" };
const AUTOSAVE: Record<string, string> = { "0.8": "At once", "5": "After 5 seconds", "30": "After half a minute", "0": "Only when I save" };
const START = { first: "In a new folder", always: "At every start", never: "Never" };
const THEMES = { system: "As the system", light: "Light", dark: "Dark" };
const PAGES = ["Look", "Writing", "AI", "Keys", "File"] as const;
type PageName = (typeof PAGES)[number];

export function createSettingsDialog(parts: SettingsDialogParts): SettingsDialog {
  const { dialog, preferences } = parts;
  let page: PageName = "Look";
  let place = "";
  /** The action that is being written; null where none is. */
  let draft: { readonly was: string; action: OwnAction } | null = null;
  let sought = "";

  const values = () => preferences.values;
  const tabs = h("div", { role: "tablist", class: "segmented", "aria-label": "Settings" });
  const body = h("div", { class: "panel-body", role: "tabpanel", id: "settings-page", tabindex: "-1" });
  const problem = h("p", { class: "problem", role: "alert" });
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: () => dialog.close() }, icon("cross"));
  dialog.replaceChildren(h("header", { class: "panel-head" }, h("h2", { id: "settings-title" }, "Settings"), close), tabs, body, problem);

  /** Told where it stands; the field shows what holds again. */
  const change = async (wanted: SettingsChange) => {
    tell((await preferences.attempt(wanted)) ?? "");
    if (problem.textContent) render();
  };
  const tell = (sentence: string) => (problem.textContent = sentence);

  const turnTo = (name: PageName) => {
    page = name;
    draft = null;
    tell("");
    render();
    body.scrollTop = 0;
  };

  const render = () => {
    const focused = document.activeElement instanceof HTMLElement && dialog.contains(document.activeElement) ? document.activeElement.id : "";
    tabs.replaceChildren(...PAGES.map(tab));
    body.setAttribute("aria-labelledby", `settings-tab-${page}`);
    body.replaceChildren(...pages[page]());
    // What had the focus was made anew.
    if (focused) document.getElementById(focused)?.focus();
  };

  const tab = (name: PageName) => {
    const chosen = name === page;
    const button = h(
      "button",
      { type: "button", role: "tab", id: `settings-tab-${name}`, "aria-selected": String(chosen), "aria-controls": "settings-page", tabindex: chosen ? "0" : "-1", click: () => turnTo(name) },
      name,
    );
    return button;
  };
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    turnTo(PAGES[(PAGES.indexOf(page) + step + PAGES.length) % PAGES.length]!);
    tabs.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  });

  const choice = <K extends keyof Settings>(name: K, label: string, options: Record<string, string>, read: (value: string) => Settings[K], hint = "") => {
    const now = String(values()[name]);
    const all = now in options ? options : { ...options, [now]: now };
    const select = h("select", { id: `setting-${name}`, change: () => void change({ [name]: read(select.value) }) });
    select.append(...Object.entries(all).map(([value, words]) => h("option", { value, selected: value === now }, words)));
    return h("div", { class: "field" }, h("label", { for: select.id }, label), select, ...(hint ? [h("small", {}, hint)] : []));
  };

  const slider = (name: "text_size" | "measure", label: string, least: number, most: number, step: number, unit: string) => {
    const said = h("output", { for: `setting-${name}` }, `${values()[name]} ${unit}`);
    const input = h("input", {
      ...{ type: "range", id: `setting-${name}`, min: String(least), max: String(most), step: String(step), value: String(values()[name]) },
      input: () => (said.textContent = `${input.value} ${unit}`),
      change: () => void change({ [name]: Number(input.value) }),
    });
    return h("div", { class: "field" }, h("label", { for: input.id }, label, " ", said), input);
  };

  const check = (name: "underlines" | "caret_text" | "bubble" | "slash_menu" | "remote_pictures", label: string, hint: string) => {
    const box = h("input", { type: "checkbox", id: `setting-${name}`, change: () => void change({ [name]: box.checked }) });
    box.checked = values()[name];
    return h("label", { class: "check" }, box, label, h("small", {}, hint));
  };

  const pages: Record<PageName, () => Node[]> = {
    Look: () => [
      choice("theme", "Theme", THEMES, (value) => value as Settings["theme"]),
      slider("text_size", "Size of the text", 70, 200, 5, "%"),
      slider("measure", "Length of a line", 40, 120, 2, "characters"),
      check("remote_pictures", "Always load pictures of the web", "Their servers then learn that you read a document. Otherwise each document asks."),
    ],
    Writing: () => [
      choice("autosave", "Save the text", AUTOSAVE, Number, "Whatever you choose, what you type is kept in the browser until it is saved."),
      check("underlines", "Underline problems while writing", "Spelling and grammar, in English."),
      choice("dialect", "English", DIALECTS, (value) => value as Settings["dialect"], "A document that names its own in “lang:” goes by that."),
      check("bubble", "Show a toolbar at a selection", "When text is selected with the pointer; Alt + F10 brings it by key."),
      check("slash_menu", "Offer blocks after “/”", "At the start of an empty line."),
      choice("help_at_start", "Show the help", START, (value) => value as Settings["help_at_start"]),
    ],
    AI: () => [
      h(
        "div",
        { class: "field" },
        h("span", {}, "Model"),
        h("div", { class: "setting-row" }, h("span", {}, parts.modelName() || "There is none yet."), h("button", { type: "button", class: "plain", id: "setting-model", click: openModels }, "Choose…")),
      ),
      check("caret_text", "Suggest text in a pause", "In documents where you have not switched it yourself."),
      ...actionsPage(),
    ],
    Keys: keysPage,
    File: filePage,
  };

  const openModels = () => {
    dialog.close();
    parts.openModels();
  };

  const actionsPage = (): Node[] => {
    const own = values().action;
    const rows = own.map((action, i) =>
      h(
        "li",
        { class: "setting-row" },
        h("span", { class: "row-name" }, action.name),
        ...(action.key ? [h("kbd", {}, keyLabel(action.key))] : []),
        h("button", { type: "button", class: "plain", id: `action-${i}`, "aria-label": `Change ${action.name}`, click: () => write(action) }, "Change…"),
        h("button", { type: "button", class: "icon-button", "aria-label": `Remove ${action.name}`, title: "Remove", click: () => void keep(own.filter((each) => each !== action)) }, icon("trash")),
      ),
    );
    const add = h("button", { type: "button", class: "plain", id: "action-new", click: () => write({ name: "", instruction: "", key: "" }) }, "New action…");
    const none = h("p", { class: "quiet" }, "What you often ask the model for, under a name and, if you like, a key of its own.");
    return [h("h3", {}, "Your own actions"), rows.length > 0 ? h("ul", { class: "rows" }, ...rows) : none, ...(draft ? [actionForm()] : [add])];
  };

  const write = (action: OwnAction) => {
    draft = { was: action.name, action };
    render();
    dialog.querySelector<HTMLElement>("#action-name")?.focus();
  };

  const keep = async (actions: readonly OwnAction[]): Promise<boolean> => {
    tell((await preferences.attempt({ action: actions })) ?? "");
    if (problem.textContent) return false;
    draft = null;
    render();
    return true;
  };

  const actionForm = (): HTMLElement => {
    const { was, action } = draft!;
    const name = h("input", { type: "text", id: "action-name", value: action.name, autocomplete: "off" });
    const instruction = h("textarea", { id: "action-instruction", rows: "3" });
    instruction.value = action.instruction;
    let key = action.key;
    const recorder = keyField("action-key", "Key", () => key, (pressed) => {
      const owner = pressed ? ownerOf(withKeys(), pressed) : undefined;
      if (owner && owner.label !== was) return void tell(`${keyLabel(pressed)} is “${owner.label}” already.`);
      key = pressed;
      tell("");
    });
    const save = (event: Event) => {
      event.preventDefault();
      const written = { name: name.value.trim(), instruction: instruction.value.trim(), key };
      if (!written.name || !written.instruction) return void tell("An action needs a name and what the model shall do.");
      const others = values().action;
      void keep(was ? others.map((each) => (each.name === was ? written : each)) : [...others, written]).then(
        (kept) => kept && document.getElementById("action-new")?.focus(),
      );
    };
    return h(
      "form",
      { class: "action-form", submit: save },
      h("div", { class: "field" }, h("label", { for: name.id }, "Name"), name),
      h("div", { class: "field" }, h("label", { for: instruction.id }, "What the model shall do"), instruction, h("small", {}, "{{selection}} stands for the text it is about.")),
      h("div", { class: "setting-row" }, h("span", {}, "Key"), recorder),
      h("div", { class: "choices" }, h("button", { type: "button", class: "plain", click: () => ((draft = null), tell(""), render()) }, "Cancel"), h("button", { type: "submit", class: "primary" }, "Keep it")),
    );
  };

  const withKeys = () => withOwnKeys(parts.commands(), values().keys);

  function keysPage(): Node[] {
    const list = h("div", {});
    const search = h("input", { type: "search", id: "keys-search", placeholder: "Find a command", "aria-label": "Find a command", value: sought, autocomplete: "off", input: () => ((sought = search.value), fill()) });
    const fill = () => {
      const words = sought.toLowerCase();
      const shown = withKeys().filter(({ name, reach, label }) => reach !== "native" && !name.startsWith("own-") && label.toLowerCase().includes(words));
      const groups = [...new Set(shown.map(({ group }) => group))];
      list.replaceChildren(
        ...groups.map((group) => h("section", {}, h("h3", {}, GROUP_TITLES[group]), h("ul", { class: "rows" }, ...shown.filter((each) => each.group === group).map(keyRow)))),
      );
    };
    fill();
    return [h("p", { class: "quiet" }, "Press a key’s button, then the keys that you want. Backspace takes the key away, Escape leaves it."), search, list];
  }

  const keyRow = (command: Command) => {
    const { name, label } = command;
    const isOwn = name in values().keys;
    const give = (key: string) => {
      const owner = key ? ownerOf(withKeys(), key) : undefined;
      if (!owner || owner.name === name) return void setKey(name, key);
      problem.replaceChildren(
        `${keyLabel(key)} is “${owner.label}” already. `,
        h("button", { type: "button", class: "plain", click: () => void setKey(name, key, owner.name) }, `Give it to “${label}”`),
      );
      problem.querySelector("button")?.focus();
    };
    return h(
      "li",
      { class: "setting-row" },
      h("span", { class: "row-name" }, label),
      ...(isOwn ? [h("button", { type: "button", class: "plain", "aria-label": `As it was: ${label}`, click: () => void setKey(name, null) }, "As it was")] : []),
      keyField(`key-${name}`, label, () => keysOf(command)[0] ?? "", give),
    );
  };

  /** Null: as by default. What loses the key says so in the file, too. */
  const setKey = async (name: string, key: string | null, loser?: string) => {
    const { [name]: _, ...others } = values().keys;
    const without = loser && others[loser] ? { ...others, [loser]: "" } : others;
    await change({ keys: key === null ? without : { ...without, [name]: key } });
    render();
    document.getElementById(`key-${name}`)?.focus();
  };

  /** A button that takes the next keys; `give` gets them, empty for none. */
  const keyField = (id: string, label: string, now: () => string, give: (key: string) => void) => {
    const button = h("button", { type: "button", id, class: "key-field" });
    const show = () => {
      const key = now();
      button.textContent = key ? keyLabel(key) : "none";
      button.setAttribute("aria-label", `Key of ${label}: ${key ? keyLabel(key) : "none"}`);
      delete button.dataset["recording"];
    };
    button.addEventListener("click", () => {
      button.dataset["recording"] = "";
      button.textContent = "Press keys…";
      button.setAttribute("aria-label", `Press the keys for ${label}`);
    });
    button.addEventListener("blur", show);
    button.addEventListener("keydown", (event) => {
      if (!("recording" in button.dataset) || event.key === "Tab") return;
      event.preventDefault();
      event.stopPropagation();
      const key = keyOf(event);
      if (key === null) return;
      show();
      if (key === "Escape") return;
      if (key === "Backspace" || key === "Delete") give("");
      else if (obstacleTo(key)) return void tell(obstacleTo(key));
      else give(key);
      show();
    });
    show();
    return button;
  };

  function filePage(): Node[] {
    const input = h("input", { type: "file", id: "settings-import", accept: ".toml", hidden: true, change: () => void bring(input) });
    return [
      h("p", {}, "All of this stands in one file, which you may also edit by hand:"),
      h("p", {}, h("code", { class: "settings-place" }, place)),
      h(
        "div",
        { class: "choices settings-file" },
        h("button", { type: "button", class: "plain", click: () => void exportFile() }, "Export…"),
        h("button", { type: "button", class: "plain", click: () => input.click() }, "Import…"),
        h("button", { type: "button", class: "plain", click: () => void reset() }, "Everything as it was at first"),
        input,
      ),
    ];
  }

  const exportFile = async () => {
    const result = await parts.api.settingsFile();
    if (result.ok) offerBlob("meai-settings.toml", result.value);
    else tell(result.failure.message);
  };

  const bring = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    const result = await parts.api.bringSettings(file);
    if (!result.ok) return void tell(result.failure.message);
    preferences.heard(result.value.values);
    dialog.close();
    parts.done(`The settings are those of ${file.name} now.`);
  };

  const reset = async () => {
    const nothing = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, null])) as SettingsChange;
    const before = values();
    const failed = await preferences.attempt({ ...nothing, action: before.action });
    if (failed) return void tell(failed);
    dialog.close();
    parts.done("The settings are as they were at first; your own actions are still there.");
  };

  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    async open() {
      if (dialog.open) return;
      tell("");
      render();
      dialog.showModal();
      tabs.querySelector<HTMLElement>("[tabindex='0']")?.focus();
      // Somebody may have edited the file.
      const told = await parts.api.settings();
      if (!told.ok) return void tell(told.failure.message);
      place = told.value.file;
      preferences.heard(told.value.values);
      if (told.value.problem) tell(told.value.problem);
      render();
    },
    changed() {
      if (dialog.open && !draft) render();
    },
  };
}
