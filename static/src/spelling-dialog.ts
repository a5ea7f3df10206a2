/** The dialog of spelling: whose English this document is, and the words that the writer has added. */

import type { Text } from "@codemirror/state";

import type { Api } from "./api";
import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import { type Checked, dialectOf, type English } from "./english";

export interface SpellingParts {
  readonly api: Api;
  readonly dialogs: Dialogs;
  readonly english: English;
  document(): Text;
  /** What is underlined may be another now. */
  changed(): void;
}

export interface SpellingDialog {
  open(): Promise<void>;
}

const CHOICES: readonly (readonly [Checked, string])[] = [
  ["", "As the settings say"],
  ["american", "American"],
  ["british", "British"],
  ["canadian", "Canadian"],
  ["australian", "Australian"],
  ["indian", "Indian"],
  ["off", "Not checked"],
];
const NONE = "No words yet. “Add to the dictionary” in the menu of an underlined word puts it here.";

export function createSpellingDialog({ api, dialogs, english, document, changed }: SpellingParts): SpellingDialog {
  const chooser = (): HTMLElement => {
    const named = dialectOf(document());
    const options = CHOICES.map(([value, label]) => h("option", { value }, label));
    const select = h("select", {}, ...options);
    select.value = english.chosen;
    select.addEventListener("change", () => {
      english.choose(select.value as Checked);
      changed();
    });
    const label = CHOICES.find(([value]) => value === named)?.[1];
    const note = named ? `The front matter says that this document is in ${label} English, which goes first.` : "For this document, in this browser.";
    return h("label", { class: "field" }, h("span", {}, "English"), select, h("small", {}, note));
  };

  const dictionary = async (): Promise<HTMLElement[]> => {
    const problem = h("p", { class: "problem", role: "alert" });
    const nothing = h("p", { class: "quiet" }, NONE);
    const list = h("ul", { class: "dictionary" });
    const told = await api.dictionary();
    const words = new Set(told.ok ? told.value.words : []);
    problem.textContent = told.ok ? "" : told.failure.message;

    const remove = async (word: string, row: HTMLElement) => {
      const result = await api.unlearn(word);
      problem.textContent = result.ok ? "" : result.failure.message;
      if (!result.ok) return;
      words.delete(word);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      nothing.hidden = words.size > 0;
      (next?.querySelector("button") ?? input).focus();
      changed();
    };
    const entry = (word: string): HTMLElement => {
      const button = h("button", { type: "button", class: "plain", "aria-label": `Remove ${word}`, click: () => void remove(word, row) }, "Remove");
      const row: HTMLElement = h("li", {}, h("span", {}, word), button);
      return row;
    };

    const input = h("input", { type: "text", "aria-label": "A word to add", placeholder: "A word to add", autocapitalize: "off", spellcheck: "false" });
    const add = async (event: Event) => {
      event.preventDefault();
      const word = input.value.trim();
      if (word === "") return;
      const result = await api.learn(word);
      problem.textContent = result.ok ? "" : result.failure.message;
      if (!result.ok) return;
      input.value = "";
      if (!words.has(word)) list.prepend(entry(word));
      words.add(word);
      nothing.hidden = true;
      changed();
    };
    list.append(...[...words].map(entry));
    nothing.hidden = words.size > 0 || !told.ok;
    const form = h("form", { class: "adding", submit: (event) => void add(event) }, input, h("button", { type: "submit", class: "plain" }, "Add"));
    return [h("h3", {}, "Your dictionary"), form, problem, nothing, list];
  };

  return {
    async open() {
      const words = await dictionary();
      await dialogs.ask({ title: "Spelling", body: [chooser(), ...words], answers: [{ label: "Close", value: null }] });
    },
  };
}
