/** The choice between two versions, passage by passage and side by side. Knows nothing of where they come from. */

import { diffWords } from "./diff";
import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import { type Passage, type Pick, settle } from "./merge";

export interface Versions {
  readonly title: string;
  /** What happened, in a sentence. */
  readonly lead: string;
  readonly mine: string;
  readonly theirs: string;
  readonly passages: readonly Passage[];
  /** What leaves everything as it is. */
  readonly later: string;
  /** What keeps mine apart, and theirs where it is. */
  readonly copy: string;
}

export type Decision = { readonly kind: "text"; readonly text: string } | { readonly kind: "copy" };

type Open = Extract<Passage, { kind: "open" }>;

/** The text that the writer made of both, or that mine is to be kept as a copy; null when nothing was decided. */
export async function choose(dialogs: Dialogs, versions: Versions): Promise<Decision | null> {
  const open = versions.passages.filter((passage) => passage.kind === "open");
  const fields = open.map((passage, i) => field(versions, passage, i, open.length));
  const form = h("form", { class: "passages", submit: (event) => event.preventDefault() }, ...fields);
  const answer = await dialogs.ask<"later" | "copy" | "use">({
    title: versions.title,
    body: [h("p", {}, versions.lead), ...(open.length > 1 ? [everywhere(versions, form)] : []), form],
    wide: true,
    answers: [
      { label: versions.later, value: "later" },
      { label: versions.copy, value: "copy" },
      { label: "Use what I chose", value: "use", ready: () => form.reportValidity() },
    ],
  });
  if (answer === "copy") return { kind: "copy" };
  const text = answer === "use" ? settle(versions.passages, open.map((_, i) => picked(form, i))) : null;
  return text === null ? null : { kind: "text", text };
}

function picked(form: HTMLFormElement, i: number): Pick | null {
  return (new FormData(form).get(nameOf(i)) as Pick | null) ?? null;
}

function nameOf(i: number): string {
  return `passage-${i}`;
}

function field({ mine, theirs }: Versions, passage: Open, i: number, count: number): HTMLElement {
  const option = (pick: Pick, label: string, ...text: Node[]) =>
    h(
      "label",
      { class: `version ${pick}` },
      h("input", { type: "radio", name: nameOf(i), value: pick, required: true, autofocus: i === 0 && pick === "mine" }),
      h("span", { class: "version-name" }, label),
      ...text,
    );
  return h(
    "fieldset",
    {},
    h("legend", {}, count === 1 ? "The passage that differs" : `Passage ${i + 1} of ${count}`),
    h(
      "div",
      { class: "versions" },
      option("mine", mine, marked(passage.theirs, passage.mine)),
      option("theirs", theirs, marked(passage.mine, passage.theirs)),
    ),
    option("both", `Both, ${mine.toLowerCase()} first`),
  );
}

/** `text`, with the words marked that `other` does not have there. */
function marked(other: string, text: string): HTMLElement {
  const shown = h("span", { class: "version-text", dir: "auto" });
  let at = 0;
  for (const { from, to } of diffWords(text, other)) {
    shown.append(text.slice(at, from));
    if (from < to) shown.append(h("mark", {}, text.slice(from, to)));
    at = to;
  }
  shown.append(text === "" ? h("em", {}, "Nothing: it was taken out.") : text.slice(at));
  return shown;
}

/** Decides all passages alike; each can still be decided otherwise. */
function everywhere({ mine, theirs }: Versions, form: HTMLFormElement): HTMLElement {
  const button = (pick: Pick, label: string) => h("button", { type: "button", click: () => check(form, pick) }, label);
  return h(
    "p",
    { class: "everywhere", role: "group", "aria-label": "All passages" },
    button("mine", `${mine} everywhere`),
    button("theirs", `${theirs} everywhere`),
    button("both", "Both everywhere"),
  );
}

function check(form: HTMLFormElement, pick: Pick): void {
  for (const input of form.querySelectorAll<HTMLInputElement>(`input[value="${pick}"]`)) input.checked = true;
}
