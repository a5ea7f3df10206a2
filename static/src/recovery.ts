/** What an earlier page wrote and could not save: brought back, or offered. Knows nothing of how it was kept. */

import type { Text } from "@codemirror/state";

import type { Api } from "./api";
import { keyLabel } from "./commands/keys";
import { choose } from "./conflict";
import type { Dialogs } from "./dialogs";
import { continues, type Draft, latest } from "./drafts";
import type { Editor } from "./editor";
import { compare, merge, type Passage, settle } from "./merge";
import type { Choice, Notices } from "./notices";
import type { DocumentEntry } from "./protocol";
import type { Saving } from "./saving";
import type { DraftStorage } from "./storage";
import { titleOf } from "./tree";

export interface RecoveryParts {
  readonly api: Api;
  readonly saving: Saving<Text>;
  readonly editor: Editor;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  readonly storage: DraftStorage;
  /** Have what is in the editor kept as a draft. */
  keep(): Promise<void>;
  open(name: string): void;
  /** Show an empty page under a name that has no file. */
  openNew(name: string): void;
  /** Make a document of `text` beside `name`. */
  copy(name: string, text: string): Promise<boolean>;
}

/** A draft, and whether this browser or only the server has it. */
export interface Left extends Draft {
  readonly isHere: boolean;
}

export interface Recovery {
  /** What is left of all documents, or of `name`; the latest last. */
  left(name?: string): Promise<readonly Left[]>;
  /** The document that the drafts `left` are of has just been shown. */
  offer(left: readonly Left[]): void;
  /** The disk has changed: another browser may have saved what was offered here. */
  review(): Promise<void>;
  /** Say that the documents of `left` have drafts. */
  tell(left: readonly Left[], entries: readonly DocumentEntry[]): void;
}

const NOTICE = "draft";
const OTHERS = "drafts";

export function createRecovery(parts: RecoveryParts): Recovery {
  const { api, saving, editor, dialogs, notices, storage } = parts;
  let offered: Left | null = null;
  const now = () => editor.view.state.doc.toString();

  const forget = async ({ name, client, seq }: Left) => {
    await storage.remove(name, client, seq);
    await api.dropDraft(name, client);
  };

  /** Nothing but this draft has been made of what the disk holds: it is what the writer left, and is saved as that. */
  const bringBack = (draft: Left) => {
    editor.replace(draft.text);
    saving.repeat(draft.client, draft.seq);
    notices.show(NOTICE, { text: `What you wrote until ${timeOf(draft)} was not saved yet; here it is.` });
  };

  const ask = (draft: Left, older: readonly Left[]) => {
    offered = draft;
    const choice = (label: string, run: () => Promise<boolean>): Choice => ({
      label,
      run: () => void run().then((done) => done && saving.name === draft.name && offer(older)),
    });
    notices.show(NOTICE, {
      text: `Unsaved changes from ${timeOf(draft)}.`,
      choices: [
        choice("Restore", () => restore(draft)),
        choice("Compare", () => decide(draft, compare(draft.text, now()))),
        choice("Discard", () => discard(draft)),
      ],
      lasting: true,
    });
  };

  const use = async (draft: Left, text: string) => {
    const isNews = text !== now();
    editor.replace(text);
    await parts.keep();
    await forget(draft);
    if (!isNews) notices.hide(NOTICE);
    else notices.show(NOTICE, { text: `The changes from ${timeOf(draft)} are in the text; ${keyLabel("Mod-z")} takes them out.` });
    return true;
  };

  const restore = async (draft: Left) => {
    const base = draft.base === null ? "" : await contentOf(draft.base);
    if (saving.name !== draft.name) return false;
    const passages = base === null ? compare(draft.text, now()) : merge(base, draft.text, now());
    const merged = settle(passages);
    return merged === null ? decide(draft, passages) : use(draft, merged);
  };

  const decide = async (draft: Left, passages: readonly Passage[]) => {
    const decision = await choose(dialogs, {
      title: `Unsaved changes from ${timeOf(draft)}`,
      lead: "Where they and the text as it is now have different words:",
      mine: "Unsaved",
      theirs: "As it is now",
      passages,
      later: "Decide later",
      copy: "Keep them as a copy",
    });
    if (decision === null || saving.name !== draft.name) return false;
    if (decision.kind === "text") return use(draft, decision.text);
    if (!(await parts.copy(draft.name, draft.text))) return false;
    notices.hide(NOTICE);
    await forget(draft);
    return true;
  };

  const discard = async (draft: Left) => {
    const text = now();
    editor.replace(draft.text);
    editor.replace(text);
    await forget(draft);
    const undo = keyLabel("Mod-z");
    notices.show(NOTICE, { text: `Discarded. Until this page is closed, ${undo} brings it back.` });
    return true;
  };

  const contentOf = async (etag: string) => {
    const result = await api.content(etag);
    return result.ok ? result.value.text : null;
  };

  const offer = (left: readonly Left[]) => {
    const differing = left.filter((draft) => draft.text !== now());
    for (const draft of left) if (!differing.includes(draft)) void forget(draft);
    const draft = differing.at(-1);
    offered = null;
    if (!draft) return;
    const isAlone = differing.length === 1 && draft.isHere && saving.isClean;
    if (isAlone && continues(draft, saving.etag, now())) bringBack(draft);
    else ask(draft, differing.slice(0, -1));
  };

  const recovery: Recovery = {
    offer,

    async review() {
      const draft = offered;
      if (draft === null || saving.name !== draft.name) return;
      const left = await recovery.left(draft.name);
      if (offered !== draft || left.some(({ client }) => client === draft.client)) return;
      offered = null;
      notices.hide(NOTICE);
    },

    async left(name) {
      const [here, there] = await Promise.all([storage.all(), api.drafts()]);
      const known = latest([...here, ...(there.ok ? there.value.drafts.map(fromServer) : [])]);
      return known
        .filter((draft) => draft.client !== saving.client && (name === undefined || draft.name === name))
        .map((draft) => ({ ...draft, isHere: here.some(({ client, seq }) => client === draft.client && seq === draft.seq) }));
    },

    tell(left, entries) {
      const byName = new Map(left.map((draft) => [draft.name, draft]));
      if (byName.size === 0) return;
      const list = [...byName.values()].map((draft) => ({
        label: `${titleOf(draft.name)}, from ${timeOf(draft)}`,
        run: () => {
          notices.hide(OTHERS);
          recovery.tell(left.filter(({ name }) => name !== draft.name), entries);
          const exists = entries.some(({ name }) => name === draft.name);
          (exists ? parts.open : parts.openNew)(draft.name);
        },
      }));
      notices.show(OTHERS, { text: "There are unsaved changes in other documents.", list });
    },
  };
  return recovery;
}

function fromServer({ base, ...draft }: Omit<Draft, "base" | "sent"> & { readonly base: string }): Draft {
  return { ...draft, base: base === "" ? null : base, sent: null };
}

/** `14:03`, with the day where it is not today's. */
function timeOf({ at }: Draft): string {
  const time = new Date(at);
  const clock = time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? clock : `${time.toLocaleDateString(undefined, { day: "numeric", month: "long" })}, ${clock}`;
}
