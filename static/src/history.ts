/** The history of the open document: its revisions by day, what each changed, and the way back. */

import type { Api } from "./api";
import type { Dialogs } from "./dialogs";
import { diffWords } from "./diff";
import { h, icon } from "./dom";
import { forget, type ForgettingParts } from "./forgetting";
import type { Revision } from "./protocol";
import { byDay, bySitting, describeKind, describeMoment, describeTime, describeWords, type Entry, every, piecesOf, shortened } from "./timeline";
import { titleOf } from "./tree";

export interface HistoryParts extends Pick<ForgettingParts, "drafts" | "dropDraft"> {
  readonly api: Pick<Api, "history" | "revision" | "label" | "forgettable" | "forget">;
  readonly dialogs: Dialogs;
  readonly dialog: HTMLDialogElement;
  /** The open document, with all that was typed on disk where that can be. */
  current(): Promise<{ readonly name: string; readonly text: string; readonly isLocked: boolean } | null>;
  /** Put `text` into the editor; `when` says of what moment it is. */
  restore(text: string, when: string): void;
}

export interface HistoryView {
  open(): Promise<void>;
}

/** What a revision is compared with: what stood before it, or the text as it is now. */
type Against = "before" | "now";

const AGAINST: Record<Against, string> = { before: "What it changed", now: "Changes since then" };

/** The keys go through many revisions faster than they can be fetched. */
const PAUSE = 80;
const NOT_THERE = 404;
const DAMAGED = "This version could not be read.";

export function createHistory({ api, dialogs, dialog, current, restore, drafts, dropDraft }: HistoryParts): HistoryView {
  const list = h("div", { role: "listbox", tabindex: "0", class: "revisions", "aria-label": "Versions" });
  const text = h("div", { class: "compared", tabindex: "0", dir: "auto", "aria-label": "The version’s text" });
  const count = h("span", { class: "figures quiet", role: "status" });
  const heading = h("h2", { id: "history-title" });
  const detail = h("p", { class: "detail" });
  const warning = h("p", { class: "problem", role: "alert" });
  const sittings = h("input", { type: "checkbox", id: "every-save" });
  const texts = new Map<number, string>();
  let name = "";
  let now = "";
  let isLocked = false;
  let revisions: readonly Revision[] = [];
  let entries: readonly Entry[] = [];
  let chosen: Entry | null = null;
  let against: Against = "before";
  let timer: number | undefined;
  let at = -1;

  const press = (label: string, run: () => void, className = "") => h("button", { type: "button", class: className, click: run }, label);
  const iconButton = (label: string, symbol: string, run: () => void) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click: run }, icon(symbol));
  const modes = (Object.keys(AGAINST) as Against[]).map((mode) =>
    h("button", { type: "button", value: mode, "aria-pressed": "false", click: () => compare(mode) }, AGAINST[mode]),
  );
  const steps = [iconButton("Previous change", "up", () => goTo(at - 1)), iconButton("Next change", "down", () => goTo(at + 1))];
  const forgetting = press("Forget…", () => void oust(), "plain");
  const naming = press("Name it…", () => void rename());
  const restoring = press("Restore this version", () => void takeBack(), "primary");

  const comparing = h("span", { class: "segmented", role: "group", "aria-label": "Compared with" }, ...modes);
  const bar = h("div", { class: "version-bar" }, detail, comparing, h("span", { class: "steps" }, count, ...steps));
  dialog.append(
    h("header", {}, heading, iconButton("Close", "cross", () => dialog.close())),
    h("div", { class: "timeline" }, warning, list, h("label", { for: "every-save" }, sittings, "Every single save")),
    h("div", { class: "version" }, bar, text, h("footer", { class: "choices" }, forgetting, naming, restoring)),
  );

  const options = () => [...list.querySelectorAll<HTMLElement>("[role=option]")];

  const draw = () => {
    entries = sittings.checked ? every(revisions) : bySitting(revisions);
    const days = byDay(entries).map(({ title, entries: ofDay }) =>
      h("div", { role: "group", "aria-label": title }, h("h3", { "aria-hidden": "true" }, title), ...ofDay.map(option)),
    );
    list.replaceChildren(...days);
    options().forEach((element, i) => (element.id = `revision-${i}`));
  };

  const option = (entry: Entry): HTMLElement => {
    const { revision, saves } = entry;
    const notes = [describeKind(revision), describeWords(entry), ...(saves > 1 ? [`${saves} saves`] : [])].filter(Boolean);
    const element = h(
      "div",
      { role: "option", "aria-selected": "false", click: () => choose(entry) },
      h("strong", {}, ...(revision.label ? [revision.label] : []), h("time", { datetime: revision.saved }, describeTime(new Date(revision.saved)))),
      h("small", {}, notes.join(" · ")),
    );
    return element;
  };

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    chosen = entry;
    const index = entries.indexOf(entry);
    options().forEach((element, i) => element.setAttribute("aria-selected", String(i === index)));
    list.setAttribute("aria-activedescendant", `revision-${index}`);
    options()[index]?.scrollIntoView({ block: "nearest" });
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void show(entry), PAUSE);
  };

  const compare = (mode: Against) => {
    against = mode;
    if (chosen) void show(chosen);
  };

  const textOf = async ({ rev }: Revision): Promise<string | null> => {
    const known = texts.get(rev);
    if (known !== undefined) return known;
    const result = await api.revision(name, rev);
    if (!result.ok) return null;
    texts.set(rev, result.value.text);
    return result.value.text;
  };

  const show = async (entry: Entry) => {
    const { revision, before } = entry;
    const own = await textOf(revision);
    const other = against === "now" ? now : before ? await textOf(before) : "";
    if (entry !== chosen) return;
    const [from, to] = against === "now" ? [own, other] : [other, own];
    for (const button of modes) button.setAttribute("aria-pressed", String(button.value === against));
    const when = describeMoment(revision.saved).replace(/^./, (letter) => letter.toUpperCase());
    detail.replaceChildren(...(revision.label ? [h("strong", {}, revision.label), " · "] : []), when);
    naming.textContent = revision.label ? "Rename it…" : "Name it…";
    restoring.toggleAttribute("disabled", own === null || own === now || isLocked);
    restoring.textContent = own === now ? "This is the text now" : isLocked ? "Only to be read here" : "Restore this version";
    if (from === null || to === null) text.replaceChildren(h("p", { class: "problem" }, DAMAGED));
    else text.replaceChildren(...compared(from, to));
    at = -1;
    const found = changes().length;
    count.textContent = found === 0 ? "No change" : found === 1 ? "1 change" : `${found} changes`;
    for (const step of steps) step.hidden = found === 0;
    text.scrollTop = 0;
    changes()[0]?.scrollIntoView({ block: "center" });
  };

  const changes = () => [...text.querySelectorAll<HTMLElement>(".hunk")];

  const goTo = (index: number) => {
    const all = changes();
    if (all.length === 0) return;
    all[at]?.classList.remove("here");
    at = (index + all.length) % all.length;
    all[at]!.classList.add("here");
    all[at]!.scrollIntoView({ block: "center" });
    count.textContent = `${at + 1} of ${all.length}`;
  };

  const rename = async () => {
    if (!chosen) return;
    const { rev, label } = chosen.revision;
    const input = h("input", { id: "version-name", type: "text", value: label ?? "", maxlength: "120", autocomplete: "off" });
    input.placeholder = "Sent to subscribers";
    const explained = h("p", { class: "quiet" }, "A version with a name is kept for good.");
    await dialogs.askForm({
      title: "Name this version",
      fields: [h("label", { for: "version-name" }, "Name"), input, explained],
      action: "Save",
      async attempt() {
        const result = await api.label(name, rev, input.value.trim());
        if (!result.ok) return result.failure.message;
        revisions = revisions.map((revision) => (revision.rev === rev ? { ...revision, label: result.value.label } : revision));
        return null;
      },
    });
    draw();
    choose(entries.find(({ revision }) => revision.rev === rev));
    list.focus();
  };

  const oust = async () => {
    if (!chosen) return;
    const told = await forget({ api, dialogs, drafts, dropDraft }, name, chosen, chosen === entries[0]);
    if (told !== null) await view.open();
    if (told !== null) warning.textContent = told;
    (told === null ? forgetting : list).focus();
  };

  const takeBack = async () => {
    const revision = chosen?.revision;
    const old = revision && (await textOf(revision));
    if (!revision || old === null || old === undefined) return;
    dialog.close();
    restore(old, describeMoment(revision.saved));
  };

  const move = (by: number) => choose(entries[Math.min(entries.length - 1, Math.max(0, (chosen ? entries.indexOf(chosen) : 0) + by))]);
  /** Whoever takes a version out of the list most likely wants it back. */
  const settleOn = async () => {
    window.clearTimeout(timer);
    if (chosen) await show(chosen);
    (restoring.disabled ? text : restoring).focus();
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Home: () => move(-entries.length),
    End: () => move(entries.length),
    F2: () => void rename(),
    Enter: () => void settleOn(),
  };
  list.addEventListener("keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]!();
  });
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "F8") return;
    event.preventDefault();
    goTo(at + (event.shiftKey ? -1 : 1));
  });
  sittings.addEventListener("change", () => {
    const rev = chosen?.revision.rev ?? 0;
    draw();
    choose(entries.find(({ revision }) => revision.rev <= rev) ?? entries[0]);
  });

  const view: HistoryView = {
    async open() {
      const document = await current();
      if (!document) return;
      const result = await api.history(document.name);
      name = document.name;
      now = document.text;
      isLocked = document.isLocked;
      texts.clear();
      revisions = result.ok ? result.value.revisions : [];
      const isNew = !result.ok && result.failure.status === NOT_THERE;
      warning.textContent = result.ok ? (result.value.warning ?? "") : isNew ? "" : result.failure.message;
      heading.textContent = `History of ${titleOf(name)}`;
      against = "before";
      dialog.classList.toggle("empty", revisions.length === 0);
      // A young document was made in one sitting: what is earlier in it are its saves.
      if (bySitting(revisions).length < 3) sittings.checked = true;
      draw();
      const isEmpty = revisions.length === 0 && warning.textContent === "";
      warning.className = isEmpty ? "empty" : "problem";
      if (isEmpty) warning.textContent = "Nothing of this document has been saved yet. Every version will stand here.";
      if (!dialog.open) dialog.showModal();
      choose(entries[0]);
      list.focus();
    },
  };
  return view;
}

/** `from` with what `to` has else: struck and underlined; long stretches that both have open when pressed. */
function compared(from: string, to: string): Node[] {
  const nodes: Node[] = [];
  let hunk: HTMLElement | null = null;
  for (const { kind, text, lines } of shortened(piecesOf(from, diffWords(from, to)))) {
    if (kind === "same") {
      hunk = null;
      nodes.push(lines > 0 ? folded(text, lines) : document.createTextNode(text));
      continue;
    }
    if (!hunk) nodes.push((hunk = h("span", { class: "hunk" })));
    hunk.append(h(kind === "added" ? "ins" : "del", { class: kind }, text));
  }
  return nodes;
}

function folded(text: string, lines: number): HTMLElement {
  const button = h("button", { type: "button", class: "fold" }, `${lines.toLocaleString("en")} lines unchanged`);
  button.addEventListener("click", () => button.replaceWith(document.createTextNode(text)));
  return button;
}
