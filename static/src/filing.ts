/** What can be done to the workspace's documents: made, renamed, moved, deleted. Which is open is documents.ts's business. */

import type { Api, Failure } from "./api";
import type { Dialogs } from "./dialogs";
import { type Documents, UNTITLED } from "./documents";
import { folderField } from "./folders";
import { type Choice, type Notices, UNDO_MS } from "./notices";
import { linksBeside, relinked } from "./relinking";
import { folderOf, inside, lastOf, titleOf } from "./tree";

export interface FilingParts {
  readonly api: Api;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  documents(): Documents;
  folders(): readonly string[];
  /** The name of the open document. */
  opened(): string | null;
  focusText(): void;
  /** A new document is called `name`, which the writer has not chosen. */
  unnamed(name: string): void;
  /** Do what takes files from where they lie; until it is done nobody misses one. */
  own<T>(work: Promise<T>): Promise<T>;
}

export interface Filing {
  create(folder?: string): Promise<void>;
  rename(name: string): Promise<void>;
  /** Call it `to`, unless another one is called so; answers with the sentence that says why not. */
  call(name: string, to: string): Promise<string | null>;
  duplicate(name: string): Promise<void>;
  /** Ask into which folder, and move it there. */
  move(name: string): Promise<void>;
  moveTo(name: string, folder: string): Promise<void>;
  /** To the trash; a notice takes it back. */
  remove(name: string): Promise<void>;
  /** Ask for the folder's new path; all that lies in it comes along. */
  renameFolder(path: string): Promise<void>;
  /** All documents of a folder, once the writer has agreed. */
  removeFolder(path: string): Promise<void>;
}

const UNSAVED = "It is not saved yet, so it cannot be renamed.";

export function createFiling({ api, dialogs, notices, documents, folders, opened, focusText, unnamed, own }: FilingParts): Filing {
  const tell = (failure: Failure) => notices.show("documents", { text: failure.message, tone: "error" });

  /** The sentence that says why not. */
  const call = (name: string, to: string) => own(callNow(name, to));
  const callNow = async (name: string, to: string): Promise<string | null> => {
    const etag = await documents().etagOf(name);
    if (etag === null) return UNSAVED;
    const result = await api.rename(name, to, etag);
    if (!result.ok) return result.failure.message;
    await documents().nowCalled(name, result.value);
    return null;
  };

  /** The sentence that says why not. */
  const callFolder = (path: string, to: string) => own(callFolderNow(path, to));
  const callFolderNow = async (path: string, to: string): Promise<string | null> => {
    const name = opened();
    // What is being written in it is on disk first, and is followed to its new place.
    const isInside = name !== null && name.startsWith(`${path}/`);
    const etag = isInside ? await documents().etagOf(name) : null;
    if (isInside && etag === null) return UNSAVED;
    const result = await api.renameFolder(path, to);
    if (!result.ok) return result.failure.message;
    for (const [old, to] of Object.entries(result.value.renamed)) if (old !== name) documents().announce(old, to);
    const now = name === null ? undefined : result.value.renamed[name];
    if (name !== null && now !== undefined && etag !== null) await documents().nowCalled(name, { name: now, etag });
    else await documents().refresh();
    return null;
  };

  /** The sentence that says why not. */
  const put = async (name: string, folder: string): Promise<string | null> => {
    if (folder === folderOf(name)) return null;
    const to = inside(folder, lastOf(name));
    const problem = await call(name, to);
    if (problem !== null) return problem;
    const moved = await api.open(to);
    const links = moved.ok && moved.value.read_only === null ? linksBeside(moved.value.text) : [];
    const where = `${titleOf(name)} is ${folder === "" ? "at the top of the workspace" : `in ${folder}`} now.`;
    const undo = async () => {
      const kept = await call(to, name);
      if (kept !== null) notices.show("documents", { text: kept, tone: "error" });
    };
    const follow = { label: links.length === 1 ? "Mend the link" : "Mend the links", run: () => void relink(name, to) };
    offer("moved", where + leftBehind(links), undo, links.length > 0 ? [follow] : []);
    return null;
  };

  /** Let the links of what was `from` and is `to` now lead where they led. */
  const relink = async (from: string, to: string) => {
    notices.hide("moved");
    const etag = await documents().etagOf(to);
    const opened = await api.open(to);
    if (!opened.ok) return tell(opened.failure);
    const saved = await api.replace(to, relinked(opened.value.text, from, to), etag ?? opened.value.etag);
    if (!saved.ok) tell(saved.failure);
  };

  /** Say what was done, and undo it while the sentence stands: what was deleted is in the trash still. */
  const offer = (key: "deleted" | "moved", text: string, undo: () => Promise<void>, others: readonly Choice[] = []) => {
    notices.hide("deleted", "moved");
    notices.show(key, { text, choices: [...others, { label: "Undo", run: () => (notices.hide(key), void undo()) }], passes: UNDO_MS });
  };

  /** `wasOpen`: the last of them is open again then. */
  const bringBack = async (trashed: readonly string[], wasOpen: boolean) => {
    let last: string | null = null;
    for (const id of trashed) {
      const result = await api.restore(id);
      if (!result.ok) tell(result.failure);
      last = result.ok ? result.value.name : null;
    }
    await documents().refresh();
    if (wasOpen && last !== null) await documents().open(last);
  };

  const removeNow = async (name: string) => {
    const etag = await documents().etagOf(name);
    if (etag === null) return;
    const wasOpen = name === opened();
    const result = await api.remove(name, etag);
    if (!result.ok) return tell(result.failure);
    await documents().gone(name);
    offer("deleted", `${titleOf(name)} is in the trash.`, () => bringBack([result.value.trash], wasOpen));
  };

  /** `last`: the one that is open. */
  const removeAll = async (path: string, names: readonly string[], last: string | null) => {
    const trashed: string[] = [];
    for (const name of names) {
      const etag = await documents().etagOf(name);
      const result = etag === null ? null : await api.remove(name, etag);
      if (result && !result.ok) tell(result.failure);
      if (!result?.ok) break;
      trashed.push(result.value.trash);
    }
    const isAll = trashed.length === names.length;
    const wasOpen = isAll && last !== null && names.includes(last);
    await documents().refresh();
    if (wasOpen) await documents().gone(last);
    const what = isAll ? `The documents of ${lastOf(path)} are` : `${trashed.length} of ${names.length} documents are`;
    if (trashed.length > 0) offer("deleted", `${what} in the trash.`, () => bringBack(trashed, wasOpen));
  };

  const filing: Filing = {
    call,

    async create(folder = "") {
      const untitled = documents().freeName(inside(folder, UNTITLED));
      const created = await dialogs.askName({
        title: folder === "" ? "New document" : `New document in ${lastOf(folder)}`,
        label: "Name",
        value: untitled,
        action: "Create",
        async attempt(name) {
          const result = await api.create(withEnding(name), "");
          if (!result.ok) return result.failure.message;
          if (result.value.name === untitled) unnamed(untitled);
          await documents().refresh();
          await documents().open(result.value.name);
          return null;
        },
      });
      // Closing gave the focus back to the button that opened the dialog.
      if (created) focusText();
    },

    async rename(name) {
      if ((await documents().etagOf(name)) === null) return;
      await dialogs.askName({
        title: `Rename ${titleOf(name)}`,
        label: "New name",
        value: name,
        action: "Rename",
        meanwhile: focusText,
        attempt: (to) => call(name, withEnding(to)),
      });
    },

    async duplicate(name) {
      if ((await documents().etagOf(name)) === null) return;
      const result = await api.copy(name);
      if (!result.ok) return tell(result.failure);
      await documents().refresh();
      await documents().open(result.value.name);
    },

    async move(name) {
      const folder = folderField(folders(), folderOf(name));
      await dialogs.askForm({
        title: `Move ${titleOf(name)}`,
        fields: folder.fields,
        action: "Move",
        meanwhile: focusText,
        attempt: () => put(name, folder.value),
      });
    },

    async moveTo(name, folder) {
      const problem = await put(name, folder);
      if (problem !== null) notices.show("documents", { text: problem, tone: "error" });
    },

    remove: (name) => own(removeNow(name)),

    async renameFolder(path) {
      await dialogs.askName({
        title: `Rename the folder ${lastOf(path)}`,
        label: "New name",
        value: path,
        action: "Rename",
        attempt: (to) => callFolder(path, to),
      });
    },

    async removeFolder(path) {
      const last = opened();
      // The open one goes last: until then there is no need for another in its place.
      const names = documents()
        .entries.map(({ name }) => name)
        .filter((name) => name.startsWith(`${path}/`))
        .sort((a, b) => Number(a === last) - Number(b === last));
      const agreed = await dialogs.ask({
        title: `Delete the folder ${lastOf(path)}?`,
        body: [`${names.length === 1 ? "Its one document goes" : `Its ${names.length} documents go`} to the trash. Other files in it stay.`],
        answers: [
          { label: "Keep", value: false },
          { label: "Delete", value: true, tone: "danger" },
        ],
      });
      if (!agreed) return;
      await own(removeAll(path, names, last));
    },
  };
  return filing;
}

function leftBehind(links: readonly string[]): string {
  if (links.length === 0) return "";
  return ` What lay beside it is not found from there: ${links.slice(0, 3).join(", ")}${links.length > 3 ? "…" : "."}`;
}

function withEnding(name: string): string {
  return /\.(?:md|markdown)$/i.test(name) ? name : `${name}.md`;
}
