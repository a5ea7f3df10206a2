/** Which document is open, and how one takes the place of another: each step waits until nothing can be lost. */

import type { Text } from "@codemirror/state";

import type { Api, Failure } from "./api";
import type { Dialogs } from "./dialogs";
import type { Editor } from "./editor";
import type { Notices } from "./notices";
import type { DocumentEntry, OpenedDocument, SavedDocument } from "./protocol";
import type { Saving } from "./saving";
import type { Sidebar } from "./sidebar";
import { titleOf } from "./tree";

export interface DocumentParts {
  readonly api: Api;
  readonly saving: Saving<Text>;
  readonly editor: Editor;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  readonly sidebar: Sidebar;
  /** A document is about to leave the editor. */
  leaving(): void;
  /** One has been put there. */
  opened(document: OpenedDocument): void;
  renamed(name: string): void;
}

export interface Documents {
  start(): Promise<void>;
  refresh(): Promise<void>;
  open(name: string): Promise<void>;
  /** The workspace's documents, as they were last heard of. */
  readonly entries: readonly DocumentEntry[];
  /** `name`, else one like it that no document has. */
  freeName(name: string): string;
  /** The revision of `name` that holds all that was typed; null where there is none, and then the writer knows why. */
  etagOf(name: string): Promise<string | null>;
  /** The document `name` has another name now. */
  nowCalled(name: string, to: SavedDocument): Promise<void>;
  /** The document `name` was deleted: another takes its place in the editor. */
  gone(name: string): Promise<void>;
  /** Show what another program has written, where the writer has nothing unsaved. */
  catchUp(): Promise<void>;
  /** The file on disk has changed since it was opened: the writer decides. `unasked`: the page asks by itself. */
  resolveConflict(unasked?: boolean): Promise<void>;
}

const LAST = "meai-document";
export const UNTITLED = "Untitled.md";
const WRONG_TOKEN = 401;

export function createDocuments(parts: DocumentParts): Documents {
  const { api, saving, editor, dialogs, notices, sidebar } = parts;
  let entries: readonly DocumentEntry[] = [];
  let wanted: string | null = null;

  const tell = (failure: Failure) => {
    // The socket hears of a wrong token too, and says what to do.
    if (failure.status !== WRONG_TOKEN) notices.show("documents", { text: failure.message, tone: "error" });
  };

  const show = (document: OpenedDocument, etag: string | null) => {
    parts.leaving();
    editor.show(document.name, document.text);
    saving.open(document.name, etag, editor.view.state.doc);
    sidebar.mark(document.name);
    sessionStorage.setItem(LAST, document.name);
    notices.hide("documents");
    parts.opened(document);
  };

  /** With no document at all there is still a page to write on; its file appears with the first words. */
  const showUntitled = () => show({ name: freeName(UNTITLED), text: "", etag: "", repair: null }, null);

  const freeName = (name: string) => {
    const taken = new Set(entries.map((entry) => entry.name));
    const [, stem, ending] = /^(.*?)(\.[^./]*)?$/.exec(name)!;
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${stem} ${n}${ending ?? ""}`;
      if (!taken.has(candidate)) return candidate;
    }
  };

  const nowCalled = (name: string) => {
    editor.renamed(name);
    sidebar.mark(name);
    sessionStorage.setItem(LAST, name);
    parts.renamed(name);
  };

  const documents: Documents = {
    async start() {
      const result = await api.documents();
      if (!result.ok) return tell(result.failure);
      entries = result.value.documents;
      sidebar.show(entries);
      const last = sessionStorage.getItem(LAST);
      const first = entries.some(({ name }) => name === last) ? last : (result.value.open ?? entries[0]?.name ?? null);
      if (first !== null) await documents.open(first);
      else showUntitled();
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
      const result = await api.open(name);
      if (wanted !== name) return;
      if (!result.ok) return tell(result.failure);
      if (!(await saving.flush()) && !(await mayLeave())) return;
      // Nothing is awaited between here and the switch, so no key can fall into the gap.
      if (wanted === name) show(result.value, result.value.etag);
    },

    get entries() {
      return entries;
    },

    freeName,

    async etagOf(name) {
      if (name === saving.name) return (await saving.flush()) ? saving.etag : null;
      const result = await api.open(name);
      if (!result.ok) tell(result.failure);
      return result.ok ? result.value.etag : null;
    },

    async nowCalled(name, to) {
      if (name === saving.name) {
        saving.renamed(to.name, to.etag);
        nowCalled(to.name);
      }
      await documents.refresh();
    },

    async gone(name) {
      const next = entries[entries.findIndex((entry) => entry.name === name) + 1] ?? entries[0];
      await documents.refresh();
      if (name !== saving.name) return;
      saving.abandon();
      if (next && next.name !== name) await documents.open(next.name);
      else showUntitled();
    },

    async catchUp() {
      const { name, etag } = saving;
      if (name === null || etag === null) return;
      const disk = await api.open(name);
      if (!disk.ok || disk.value.etag === etag || saving.name !== name || saving.etag !== etag || !saving.isClean) return;
      editor.replace(disk.value.text);
      saving.open(name, disk.value.etag, editor.view.state.doc);
    },

    async resolveConflict(unasked = false) {
      const { name } = saving;
      if (name === null) return;
      const disk = await api.open(name);
      if (!disk.ok && disk.failure.status !== 404) return tell(disk.failure);
      if (disk.ok && disk.value.text === editor.view.state.doc.toString()) {
        return saving.open(name, disk.value.etag, editor.view.state.doc);
      }
      const answer = await dialogs.ask<"later" | "disk" | "mine" | "copy">({
        title: `${titleOf(name)} has changed on disk`,
        body: ["The file has changed on disk since you opened it. Your text is still here, unsaved."],
        wide: true,
        unasked,
        answers: [
          { label: "Decide later", value: "later" },
          ...(disk.ok ? [{ label: "Take the disk’s version", value: "disk" as const }] : []),
          { label: disk.ok ? "Overwrite with mine" : "Save it again", value: "mine" },
          { label: "Keep mine as a copy", value: "copy" },
        ],
      });
      // The revision that the writer was told of: one that came later is another question.
      if (answer === "mine") saving.decide(disk.ok ? disk.value.etag : null);
      else if (answer === "disk" && disk.ok) {
        editor.replace(disk.value.text);
        saving.open(name, disk.value.etag, editor.view.state.doc);
      } else if (answer === "copy") {
        await keepAsCopy(name);
      }
    },
  };

  /** The open document cannot be saved now: whether to leave it all the same, or, where its file is gone, once it is made anew. */
  const mayLeave = async () => {
    const { name, state } = saving;
    if (name === null) return true;
    if (state.kind !== "failed") return false;
    const answer = await dialogs.ask<"leave" | "again" | "stay">({
      title: `${titleOf(name)} is not saved`,
      body: [state.message, " What you wrote since the last save is on this page only."],
      answers: [
        { label: "Leave without saving", value: "leave", tone: "danger" },
        ...(state.cause === "gone" ? [{ label: "Save it again", value: "again" as const }] : []),
        { label: "Stay", value: "stay" },
      ],
    });
    if (answer === "again") saving.decide(null);
    else if (answer === "leave") saving.abandon();
    else return false;
    return saving.flush();
  };

  const keepAsCopy = async (name: string) => {
    await documents.refresh();
    const text = editor.view.state.doc;
    const result = await api.create(freeName(name.replace(/(\.[^./]*)$/, " (my copy)$1")), text.toString());
    if (!result.ok) return tell(result.failure);
    saving.open(result.value.name, result.value.etag, text);
    saving.changed(editor.view.state.doc);
    nowCalled(result.value.name);
    await documents.refresh();
  };

  return documents;
}
