/** The question what of a document's history is to go for good. Knows nothing of the panel that asks it. */

import type { Api } from "./api";
import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import type { Draft } from "./drafts";
import type { Forgotten, Wish } from "./protocol";
import type { Entry } from "./timeline";

export interface ForgettingParts {
  readonly api: Pick<Api, "forgettable" | "forget">;
  readonly dialogs: Dialogs;
  /** What earlier pages wrote of the document and this browser still has. */
  drafts(name: string): Promise<readonly Draft[]>;
  dropDraft(draft: Draft): Promise<void>;
}

const WORDS = "forget-words";
const NOTHING = "Nothing but the text as it is now was kept of that.";

/**
 * Ask what to forget of the document `name`, of whose versions `entry` is looked at, the newest where `isNow`, and do it.
 * The answer is a sentence, or null where the writer left it.
 */
export async function forget({ api, dialogs, drafts, dropDraft }: ForgettingParts, name: string, entry: Entry, isNow: boolean): Promise<string | null> {
  const { revision, before, saves } = entry;
  const ranges: Record<string, Wish> = {
    versions: { what: "versions", first: (before?.rev ?? 0) + 1, last: revision.rev },
    until: { what: "versions", first: 0, last: revision.rev },
    all: { what: "all" },
  };
  const words = h("input", { id: WORDS, type: "text", autocomplete: "off", "aria-label": "The words" });
  const option = (value: string, label: string, ...more: Node[]) =>
    h("label", { class: "pick" }, h("input", { type: "radio", name: "forget", value, checked: value === (isNow ? "all" : "versions") }), label, ...more);
  const choices = h(
    "fieldset",
    { class: "picks" },
    h("legend", { class: "quiet" }, "What is forgotten is gone from the history and its backups for good. What the document says now stays."),
    option("versions", saves > 1 ? `This version, all ${saves} saves of it` : "This version"),
    option("until", "This version and all before it"),
    option("all", "All but the text as it is now"),
    option("words", "Every version with these words:"),
    words,
  );
  const picked = () => choices.querySelector<HTMLInputElement>("input:checked")!.value;
  words.addEventListener("input", () => (choices.querySelector<HTMLInputElement>("[value=words]")!.checked = true));
  let wish: Wish = ranges["versions"]!;
  let found: Forgotten | null = null;
  let here: readonly Draft[] = [];
  /** The server knows of those that it was told, most often all. */
  const withDrafts = (told: Forgotten): Forgotten => ({ ...told, drafts: Math.max(told.drafts, here.length) });
  const asked = await dialogs.askForm({
    title: "Forget for good",
    fields: [choices],
    action: "Forget…",
    async attempt() {
      wish = ranges[picked()] ?? { what: "words", words: words.value };
      const result = await api.forgettable(name, wish);
      if (!result.ok) return result.failure.message;
      here = (await drafts(name)).filter(({ text }) => concerns(wish, text));
      found = withDrafts(result.value);
      return isNothing(found) ? NOTHING : null;
    },
  });
  if (!asked || found === null) return null;
  const sure = await dialogs.ask({
    title: `Forget ${described(found)}?`,
    body: [h("p", {}, "Nothing brings that back."), ...notes(found)],
    answers: [
      { label: "Forget for good", value: true, tone: "danger" },
      { label: "Keep", value: false },
    ],
  });
  if (sure !== true) return null;
  const done = await api.forget(name, wish);
  if (!done.ok) return done.failure.message;
  await Promise.all(here.map(dropDraft));
  return `Forgotten: ${described(withDrafts(done.value))}.`;
}

/** Whether a draft that says `text` is to be forgotten, as the server decides it for those it has. */
export function concerns(wish: Wish, text: string): boolean {
  if (wish.what !== "words") return wish.what === "all";
  const words = folded(wish.words).split(/\s+/).filter(Boolean);
  const pattern = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join("(?:[ \\t]+\\n?|\\n)[ \\t]*");
  return words.length > 0 && new RegExp(pattern).test(folded(text));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[‘’‚‛′]/g, "'").replace(/[“”„‟″«»]/g, '"').replace(/[‐‑‒–—―−]/g, "-");
}

/** `3 versions, 1 of them with a name, and 2 receipts of the model`. */
export function described({ versions, named, receipts, drafts }: Forgotten): string {
  const name = named === 0 ? "" : `, ${named} of them with a name,`;
  const parts = [
    ...(versions > 0 ? [counted(versions, "version") + name] : []),
    ...(receipts > 0 ? [counted(receipts, "receipt of the model", "receipts of the model")] : []),
    ...(drafts > 0 ? [counted(drafts, "unsaved draft")] : []),
  ];
  return parts.join(" and ").replace(/,$/, "");
}

function isNothing({ versions, receipts, drafts }: Forgotten): boolean {
  return versions + receipts + drafts === 0;
}

function notes({ elsewhere, damaged }: Forgotten): Node[] {
  const same = elsewhere.map((name) => `The history of “${name}” has such a text, too, and keeps it.`);
  const left = damaged.map((path) => `“${path}”, a damaged history, may still have it; delete that file to be sure.`);
  return [...same, ...left].map((note) => h("p", { class: "quiet" }, note));
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
