/** Where a document leaves: targets and their options, what readers get there, what is lost, and what mends it. */

import type { Api } from "./api";
import type { Dialogs } from "./dialogs";
import type { Change } from "./diff";
import { h, icon } from "./dom";
import { type Chosen, type Exporting, grouped, offerFile, sentenceOf } from "./exporting";
import { fixFor, type Fix, subtitleRange } from "./exporting-fixes";
import { pageFor } from "./exporting-preview";
import { recall, remember } from "./memory";
import type { Choice, Exported, ExportTarget, Note } from "./protocol";
import { titleOf } from "./tree";

export interface ExportDialogParts {
  readonly api: Pick<Api, "targets">;
  readonly dialogs: Dialogs;
  readonly exporting: Exporting;
  readonly dialog: HTMLDialogElement;
  readonly nonce: string;
  document(): { readonly name: string; readonly text: string };
  isLocked(): boolean;
  goTo(line: number): void;
  change(change: Change): void;
  /** Let the model shorten what stands from `from` to `to` of the text. */
  shorten(from: number, to: number): void;
}

export interface ExportDialog {
  open(): void;
}

type Theme = "light" | "dark";
type Width = "phone" | "desktop";

const TARGET = "meai-export-target";
const OPTIONS = "meai-export-options";
const HINTS: Record<string, string> = {
  html: "One file for any browser",
  email: "HTML for a mail service",
  eml: "Opens in a mail program",
  "substack-html": "Copy, and paste into a draft",
  substack: "For tools that write drafts",
  ghost: "HTML cards for its editor",
  jekyll: "Markdown with its front matter",
  hugo: "Markdown with its front matter",
  buttondown: "Markdown with its front matter",
  commonmark: "Without anything special",
  "rich-text": "For a word processor or a mail",
  text: "Words alone",
};
/** What is not shown as it is written is shown as what it comes to. */
const SHOWN_AS: Record<string, string> = { eml: "email", substack: "substack-html" };
const OPTION_LABELS: Record<string, string> = { tables: "Tables", formulas: "Formulas", images: "Images", theme: "Colours", toc: "Table of contents" };
const CHOICE_LABELS: Record<string, string> = {
  best: "As it suits best",
  picture: "As pictures",
  list: "As lists",
  code: "As code",
  text: "As source",
  embed: "In the file",
  link: "By their address",
  system: "As the reader’s device",
  light: "Light",
  dark: "Dark",
};
const KINDS: readonly [Note["kind"], string][] = [
  ["lost", "Lost"],
  ["check", "To look at"],
  ["changed", "Changed"],
];
const FRESH_DRAFT = "Copied. Paste it into a fresh Substack draft that is open in one tab only.";

export function createExportDialog(parts: ExportDialogParts): ExportDialog {
  const { api, dialogs, exporting, dialog } = parts;
  let targets: readonly ExportTarget[] = [];
  let fixes: Readonly<Record<string, string>> = {};
  let target: ExportTarget | null = null;
  let chosen: Record<string, Chosen> = stored();
  let theme: Theme = "light";
  let width: Width = "desktop";
  let asked = 0;

  const heading = h("h2", { id: "export-title" });
  const list = h("fieldset", { class: "export-targets" });
  const options = h("div", { class: "export-options" });
  const report = h("section", { class: "export-report", "aria-labelledby": "export-report-title", tabindex: "0" });
  const frame = h("iframe", { sandbox: "", title: "Preview", referrerpolicy: "no-referrer" });
  const stage = h("div", { class: "export-stage" });
  const facts = h("p", { class: "figures quiet export-facts" });
  const status = h("p", { class: "export-status", role: "status" });
  const actions = h("div", { class: "choices" });
  const problem = h("p", { class: "problem", role: "alert" });

  const press = (label: string, run: () => void, attributes: Record<string, string | boolean> = {}) =>
    h("button", { type: "button", click: run, ...attributes }, label);
  const widths = switches<Width>("Width of the preview", { desktop: "Desktop", phone: "Phone" }, (value) => {
    width = value;
    stage.dataset["width"] = value;
  });
  const themes = switches<Theme>("Colours of the preview", { light: "Light", dark: "Dark" }, (value) => {
    theme = value;
    void refresh();
  });
  const closing = h("button", { type: "button", class: "icon-button", "aria-label": "Close", title: "Close", click: () => dialog.close() }, icon("cross"));
  dialog.append(
    h("div", { class: "export-head" }, heading, closing),
    h(
      "div",
      { class: "export-body" },
      h("div", { class: "export-choice" }, list, options),
      h("div", { class: "export-preview" }, h("div", { class: "export-looks" }, widths.element, themes.element), problem, stage),
      report,
    ),
    h("div", { class: "export-foot" }, facts, status, actions),
  );
  // The page's keys are for the text behind it.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("close", () => {
    asked++;
    frame.removeAttribute("srcdoc");
    frame.remove();
  });

  const chosenFor = ({ name, choices }: ExportTarget): Chosen =>
    Object.fromEntries(Object.entries(chosen[name] ?? {}).filter(([option, value]) => choices[option]?.includes(value)));

  const choose = (next: ExportTarget) => {
    target = next;
    remember(TARGET, next.name);
    status.textContent = "";
    drawOptions();
    drawActions();
    void refresh();
  };

  const drawTargets = () => {
    const rows = targets.map((one) => {
      const radio = h("input", { type: "radio", name: "export-target", value: one.name, change: () => choose(one) });
      radio.checked = one === target;
      return h("label", {}, radio, h("span", {}, one.label), h("small", {}, HINTS[one.name] ?? one.suffix));
    });
    list.replaceChildren(h("legend", {}, "For"), ...rows);
  };

  const setOption = (name: string, value: Choice) => {
    if (!target) return;
    chosen = { ...chosen, [target.name]: { ...chosen[target.name], [name]: value } };
    remember(OPTIONS, JSON.stringify(chosen));
    drawOptions();
    void refresh();
  };

  const drawOptions = () => {
    if (!target) return;
    const now = chosenFor(target);
    const offered = Object.entries(target.choices).filter(([name]) => name in OPTION_LABELS);
    const focused = dialog.contains(document.activeElement) ? document.activeElement?.id : "";
    options.replaceChildren(
      ...offered.map(([name, choices]) => optionOf(name, choices, now[name] ?? choices[0]!, (value) => setOption(name, value))),
      disclosure(),
    );
    if (focused) options.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus();
  };

  const disclosure = () => {
    const box = h("input", { type: "checkbox", id: "export-disclose", change: () => (exporting.toggleDisclosure(), void refresh()) });
    box.checked = exporting.discloses;
    return h("label", { class: "export-check" }, box, "Tell readers what the model wrote");
  };

  const copied = async (copying: Promise<string | null>, done: string) => {
    const why = await copying;
    status.textContent = why ?? done;
    status.dataset["tone"] = why === null ? "plain" : "error";
  };
  const part = (name: string) => async () => {
    const exported = await exporting.ask(target!.name, chosenFor(target!));
    return exported.parts.find((one) => one.name === name)?.content ?? "";
  };
  const copyAll = () => {
    const { name, media_type: type } = target!;
    const content = exporting.ask(name, chosenFor(target!)).then((exported) => exported.content);
    const done = name === "substack-html" ? FRESH_DRAFT : "Copied.";
    const asText = () => exporting.ask("text").then((exported) => exported.content);
    void copied(type === "text/html" ? exporting.copy(asText(), content) : exporting.copy(content), done);
  };
  const download = async () => {
    try {
      const exported = await exporting.ask(target!.name, chosenFor(target!));
      offerFile(exported);
      status.textContent = `${exported.filename} is in your downloads.`;
      status.dataset["tone"] = "plain";
    } catch (error) {
      void copied(Promise.resolve(sentenceOf(error)), "");
    }
  };

  const drawActions = () => {
    const { name } = target!;
    const isPasted = ["substack-html", "rich-text", "text"].includes(name);
    const fields = name === "substack-html" || name === "substack" ? ["title", "subtitle"] : name === "email" ? ["subject", "preheader"] : [];
    const copyParts = fields.map((field) => press(`Copy ${field}`, () => void copied(exporting.copy(part(field)()), `The ${field} is copied.`), { "data-part": field }));
    const copy = press(name === "substack-html" ? "Copy for Substack" : "Copy", copyAll, { class: isPasted ? "primary" : "" });
    const save = press("Download", () => void download(), { class: isPasted ? "" : "primary" });
    const both = name === "eml" ? [save] : isPasted ? [save, copy] : [copy, save];
    actions.replaceChildren(...copyParts, ...both);
  };

  const refresh = async () => {
    const mine = ++asked;
    if (!target) return;
    const { name, choices } = target;
    const now = chosenFor(target);
    const themed = (options: Chosen, of: string): Chosen => {
      const heeds = targets.find((one) => one.name === of)?.choices["theme"];
      return heeds && (options["theme"] ?? "system") === "system" ? { ...options, theme } : options;
    };
    const shownAs = SHOWN_AS[name] ?? name;
    const forShown = themed(now, shownAs);
    dialog.setAttribute("aria-busy", "true");
    try {
      const [exported, shown] = await Promise.all([
        exporting.ask(name, now),
        exporting.ask(shownAs, Object.fromEntries(Object.entries(forShown).filter(([option]) => targets.find((one) => one.name === shownAs)?.choices[option]))),
      ]);
      if (mine !== asked) return;
      problem.textContent = "";
      show(exported, shown, choices, now);
    } catch (error) {
      if (mine === asked) problem.textContent = sentenceOf(error);
    } finally {
      if (mine === asked) dialog.removeAttribute("aria-busy");
    }
  };

  const show = (exported: Exported, shown: Exported, choices: ExportTarget["choices"], now: Chosen) => {
    const field = (name: string) => shown.parts.find((one) => one.name === name)?.content ?? "";
    const { name } = parts.document();
    const look = { theme, nonce: parts.nonce, title: field("title") || titleOf(name), subtitle: field("subtitle") };
    frame.setAttribute("srcdoc", pageFor(shown, look, exporting.trust));
    stage.dataset["theme"] = theme;
    const { words, minutes, bytes } = exported.facts;
    facts.textContent = [`${words.toLocaleString("en")} words`, `${minutes} min`, sized(bytes)].join(" · ");
    for (const button of actions.querySelectorAll<HTMLElement>("[data-part]")) {
      button.hidden = !exported.parts.some((one) => one.name === button.dataset["part"]);
    }
    drawReport(exported.report, choices, now);
  };

  const drawReport = (notes: readonly Note[], choices: ExportTarget["choices"], now: Chosen) => {
    const title = h("h3", { id: "export-report-title" }, notes.length === 0 ? "Nothing is lost or changed" : "What changes for readers");
    const groups = KINDS.flatMap(([kind, label]) => {
      const ofKind = notes.filter((note) => note.kind === kind);
      if (ofKind.length === 0) return [];
      const rows = grouped(ofKind).map(({ message, lines }) => row(message, lines, ofKind.find((note) => note.message === message)!, choices, now));
      return [h("h4", { "data-kind": kind }, label, h("span", { class: "figures" }, String(rows.length))), h("ul", {}, ...rows)];
    });
    report.replaceChildren(title, ...groups);
  };

  const row = (message: string, lines: readonly number[], note: Note, choices: ExportTarget["choices"], now: Chosen): HTMLElement => {
    const jumps = lines.slice(0, 6).map((line) => press(`Line ${line + 1}`, () => (dialog.close(), parts.goTo(line)), { class: "jump" }));
    const fix = parts.isLocked() ? null : fixFor(note, parts.document().text, choices, now);
    const mends = fix ? [press(fixes[note.fix] ?? "Mend", () => void mend(fix), { class: "fix" })] : [];
    const range = note.fix === "shorten-subtitle" && !parts.isLocked() ? subtitleRange(parts.document().text) : null;
    if (range) mends.push(press("Shorten with AI", () => (dialog.close(), parts.shorten(range.from, range.to)), { class: "fix" }));
    return h("li", {}, h("p", {}, message), h("div", {}, ...mends, ...jumps));
  };

  const mend = async (fix: Fix) => {
    if (fix.kind === "option") return setOption(fix.name, fix.value);
    const change = fix.kind === "change" ? fix.change : await worded(fix);
    if (change) parts.change(change);
    await refresh();
    report.focus();
  };

  const worded = async (fix: Extract<Fix, { kind: "words" }>): Promise<Change | null> => {
    const input = h("input", { id: "export-words", type: "text", value: fix.value, autocomplete: "off" });
    const left = h("p", { class: "quiet figures" });
    const count = () => (left.textContent = fix.most === undefined ? "" : `${[...input.value].length} of ${fix.most} characters`);
    input.addEventListener("input", count);
    count();
    const done = await dialogs.askForm({
      title: fix.title,
      fields: [h("label", { for: "export-words" }, fix.label), input, left],
      action: "Change the text",
      async attempt() {
        if (!input.value.trim()) return "Some words are needed here.";
        return fix.most !== undefined && [...input.value].length > fix.most ? `At most ${fix.most} characters are taken.` : null;
      },
    });
    return done ? { from: fix.from, to: fix.to, insert: fix.written(input.value.trim()) } : null;
  };

  return {
    async open() {
      const { name } = parts.document();
      if (!name || dialog.open) return;
      heading.textContent = `Export ${titleOf(name)}`;
      status.textContent = "";
      theme = getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset["theme"] && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light";
      themes.set(theme);
      widths.set(width);
      stage.dataset["width"] = width;
      stage.replaceChildren(frame);
      dialog.showModal();
      const result = await api.targets();
      if (!result.ok) return void (problem.textContent = result.failure.message);
      targets = result.value.formats;
      fixes = result.value.fixes;
      target = targets.find((one) => one.name === recall(TARGET)) ?? targets[0]!;
      drawTargets();
      list.querySelector<HTMLElement>("input:checked")?.focus();
      choose(target);
    },
  };
}

/** Buttons of which one is pressed. */
function switches<T extends string>(label: string, values: Record<T, string>, changed: (value: T) => void) {
  const buttons = (Object.keys(values) as T[]).map((value) =>
    h("button", { type: "button", value, "aria-pressed": "false", click: () => (set(value), changed(value)) }, values[value]),
  );
  const set = (value: T) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === value));
  };
  return { element: h("div", { class: "segmented", role: "group", "aria-label": label }, ...buttons), set };
}

function optionOf(name: string, choices: readonly Choice[], now: Choice, changed: (value: Choice) => void): HTMLElement {
  const id = `export-option-${name}`;
  const label = OPTION_LABELS[name] ?? name;
  if (typeof choices[0] === "boolean") {
    const box = h("input", { type: "checkbox", id, change: () => changed(box.checked) });
    box.checked = now === true;
    return h("label", { class: "export-check" }, box, label);
  }
  const select = h("select", { id, change: () => changed(select.value) }, ...choices.map((value) => h("option", { value: String(value) }, CHOICE_LABELS[String(value)] ?? String(value))));
  select.value = String(now);
  return h("div", { class: "export-option" }, h("label", { for: id }, label), select);
}

function sized(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function stored(): Record<string, Chosen> {
  try {
    return JSON.parse(recall(OPTIONS) ?? "{}") as Record<string, Chosen>;
  } catch {
    return {};
  }
}
