/** Which document is open, and how one takes the place of another: each step waits until nothing can be lost. */

import type { Text } from "@codemirror/state";

import type { Api, Failure } from "./api";
import type { Dialogs } from "./dialogs";
import type { Editor } from "./editor";
import { recall, remember } from "./memory";
import type { Notices } from "./notices";
import type { DocumentEntry, OpenedDocument, SavedDocument } from "./protocol";
import type { Left, Recovery } from "./recovery";
import type { Saving } from "./saving";
import type { Sidebar } from "./sidebar";
import type { Claim, Tabs } from "./tabs";
import { titleOf } from "./tree";

export interface DocumentParts {
  readonly api: Api;
  readonly saving: Saving<Text>;
  readonly editor: Editor;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  readonly sidebar: Sidebar;
  readonly tabs: Tabs;
  readonly recovery: Recovery;
  /** Have what is in the editor kept as a draft. */
  keep(): Promise<void>;
  /** A document is about to leave the editor. */
  leaving(): void;
  /** One has been put there. */
  opened(document: OpenedDocument): void;
  renamed(name: string): void;
  /** A new one will be called `name`, which the writer has not chosen. */
  unnamed(name: string): void;
  /** Why the open document cannot be written, null when it can; and whether a copy of it could be. */
  locked(reason: Reason | null): void;
}

/** `tab`: another one writes it. `file`: it cannot be saved, and `sentence` says why. */
export type Reason =
  | { readonly kind: "tab" }
  | { readonly kind: "file"; readonly sentence: string; readonly convertible: boolean };

export interface Documents {
  start(): Promise<void>;
  refresh(): Promise<void>;
  open(name: string): Promise<void>;
  /** What tells the workspace from others; empty before the start. */
  readonly workspace: string;
  /** The workspace's documents, as they were last heard of. */
  readonly entries: readonly DocumentEntry[];
  /** Whether the open document can only be read. */
  readonly isLocked: boolean;
  /** `name`, else one like it that no document has. */
  freeName(name: string): string;
  /** The revision of `name` that holds all that was typed; null where there is none, and then the writer knows why. */
  etagOf(name: string): Promise<string | null>;
  /** The document `name` has another name now. */
  nowCalled(name: string, to: SavedDocument): Promise<void>;
  /** Tell the other tabs that a document that is not open here has another name. */
  announce(name: string, to: string): void;
  /** The document `name` was deleted: another takes its place in the editor. */
  gone(name: string): Promise<void>;
  /** An empty page; its file appears with the first words. */
  openNew(name: string): Promise<void>;
  /** Write the open document here, and not in the tab that does. */
  writeHere(): void;
}

const LAST = "meai-document";
export const UNTITLED = "Untitled.md";
const WRONG_TOKEN = 401;

export function createDocuments(parts: DocumentParts): Documents {
  const { api, saving, editor, dialogs, notices, sidebar, tabs, recovery } = parts;
  let entries: readonly DocumentEntry[] = [];
  let workspace = "";
  let wanted: string | null = null;
  let claim: Claim | null = null;
  let shown: OpenedDocument | null = null;
  let reason: Reason | null = null;

  const tell = (failure: Failure) => {
    // The socket hears of a wrong token too, and says what to do.
    if (failure.status !== WRONG_TOKEN) notices.show("documents", { text: failure.message, tone: "error" });
  };

  const show = (document: OpenedDocument, etag: string | null, left: readonly Left[], to: Claim) => {
    parts.leaving();
    claim?.release();
    claim = to;
    editor.show(document.name, document.text);
    saving.open(document.name, etag, editor.view.state.doc);
    sidebar.mark(document.name);
    remember(LAST, document.name, "session");
    notices.hide("documents");
    settleLock(document);
    parts.opened(document);
    if (reason === null) recovery.offer(left);
  };

  const settleLock = (document: OpenedDocument) => {
    shown = document;
    const { read_only: sentence, convertible } = document;
    reason = sentence !== null ? { kind: "file", sentence, convertible } : claim?.isMine === false ? { kind: "tab" } : null;
    editor.lock(reason !== null);
    parts.locked(reason);
  };

  const claimFor = (name: string) =>
    tabs.claim(name, {
      granted: () => void takeUp(),
      async leaving() {
        await saving.flush();
        await parts.keep();
      },
      lost: () => shown && settleLock(shown),
      renamed: (to) => void follow(name, to),
    });

  /** What is written here goes on under the new name; a save checks the revision all the same. */
  const follow = async (name: string, to: string) => {
    await saving.settled();
    if (saving.name !== name || saving.etag === null) return;
    saving.renamed(to, saving.etag);
    await nowCalled(to);
    await documents.refresh();
  };

  /** The open document is this tab's to write from now on: go on from what the other tab has left. */
  const takeUp = async () => {
    const name = saving.name;
    if (name === null) return;
    const [result, left] = await Promise.all([api.open(name), recovery.left(name)]);
    if (saving.name !== name) return;
    if (!result.ok) return shown && settleLock(shown);
    if (saving.isClean) {
      editor.replace(result.value.text);
      saving.rebase(result.value.etag, editor.view.state.doc);
    }
    settleLock(result.value);
    if (reason === null) recovery.offer(left);
  };

  /** Those of documents that no tab shows: the others are being written. */
  const unshown = async (left: readonly Left[]) => {
    const names = await tabs.unclaimed(left.map(({ name }) => name));
    return left.filter(({ name }) => names.includes(name));
  };

  /** With no document at all there is still a page to write on; its file appears with the first words. */
  const showUntitled = async (given?: string) => {
    const name = given ?? freeName(UNTITLED);
    if (given === undefined) parts.unnamed(name);
    wanted = name;
    const [left, to] = await Promise.all([recovery.left(name), claimFor(name)]);
    if (wanted !== name) return to.release();
    show({ name, text: "", etag: "", read_only: null, convertible: false, plain: false, repair: null }, null, left, to);
  };

  const freeName = (name: string) => {
    const taken = new Set(entries.map((entry) => entry.name));
    const [, stem, ending] = /^(.*?)(\.[^./]*)?$/.exec(name)!;
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${stem} ${n}${ending ?? ""}`;
      if (!taken.has(candidate)) return candidate;
    }
  };

  const nowCalled = async (name: string) => {
    editor.renamed(name);
    sidebar.mark(name);
    remember(LAST, name, "session");
    parts.renamed(name);
    claim?.release();
    claim = await claimFor(name);
    if (shown) settleLock({ ...shown, name, read_only: null });
  };

  const documents: Documents = {
    async start() {
      const result = await api.documents();
      if (!result.ok) return tell(result.failure);
      entries = result.value.documents;
      workspace = result.value.id;
      sidebar.show(entries);
      const left = await unshown(await recovery.left());
      const exists = (wanted: string | null | undefined) => entries.some(({ name }) => name === wanted);
      const last = recall(LAST, "session");
      const written = left.findLast(({ name, isHere }) => isHere && exists(name))?.name;
      const first = (exists(last) && last) || written || result.value.open || entries[0]?.name;
      if (first !== undefined) await documents.open(first);
      else await showUntitled(left.at(-1)?.name);
      recovery.tell(left.filter(({ name }) => name !== saving.name), entries);
    },

    async refresh() {
      const result = await api.documents();
      if (!result.ok) return;
      entries = result.value.documents;
      sidebar.show(entries);
    },

    async open(name) {
      if (name === saving.name) return editor.view.focus();
      wanted = name;
      const [result, left] = await Promise.all([api.open(name), recovery.left(name)]);
      if (wanted !== name) return;
      if (!result.ok) return tell(result.failure);
      const to = await claimFor(name);
      const isSafe = (await saving.flush()) || (await mayLeave());
      // Nothing is awaited between here and the switch, so no key can fall into the gap.
      if (isSafe && wanted === name) show(result.value, result.value.etag, left, to);
      else to.release();
    },

    get workspace() {
      return workspace;
    },

    get entries() {
      return entries;
    },

    get isLocked() {
      return reason !== null;
    },

    freeName,

    async etagOf(name) {
      if (name === saving.name) return (await saving.flush()) ? saving.etag : null;
      const result = await api.open(name);
      if (!result.ok) tell(result.failure);
      return result.ok ? result.value.etag : null;
    },

    async nowCalled(name, to) {
      documents.announce(name, to.name);
      if (name === saving.name) {
        saving.renamed(to.name, to.etag);
        await nowCalled(to.name);
      }
      await documents.refresh();
    },

    announce(name, to) {
      if (name !== to) tabs.renamed(name, to);
    },

    async gone(name) {
      const next = entries[entries.findIndex((entry) => entry.name === name) + 1] ?? entries[0];
      await documents.refresh();
      if (name !== saving.name) return;
      saving.abandon();
      if (next && next.name !== name) await documents.open(next.name);
      else await showUntitled();
    },

    async openNew(name) {
      if ((await saving.flush()) || (await mayLeave())) await showUntitled(name);
    },

    writeHere() {
      claim?.takeOver();
    },
  };

  /** The open document cannot be saved now: whether to leave it all the same, or, where its file is gone, once it is made anew. */
  const mayLeave = async () => {
    const { name, state } = saving;
    if (name === null) return true;
    if (state.kind !== "failed") return false;
    await parts.keep();
    const answer = await dialogs.ask<"leave" | "again" | "stay">({
      title: `${titleOf(name)} is not saved`,
      body: [state.message, " This browser keeps what you wrote since the last save, and offers it when you open it again."],
      answers: [
        { label: "Leave without saving", value: "leave", tone: "danger" },
        ...(state.cause === "gone" ? [{ label: "Save it again", value: "again" as const }] : []),
        { label: "Stay", value: "stay" },
      ],
    });
    if (answer === "again") saving.decide(null);
    else if (answer === "leave") {
      await parts.keep();
      saving.abandon();
    } else return false;
    return saving.flush();
  };

  return documents;
}
