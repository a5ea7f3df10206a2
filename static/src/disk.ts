/** What becomes of the open document when its file is another one than the page knows. Never overwrites either. */

import type { Text } from "@codemirror/state";

import type { Api } from "./api";
import { choose } from "./conflict";
import type { Dialogs } from "./dialogs";
import type { Editor } from "./editor";
import { merge, settle } from "./merge";
import type { Notices } from "./notices";
import type { OpenedDocument } from "./protocol";
import type { Saving } from "./saving";
import { titleOf } from "./tree";

export interface DiskParts {
  readonly api: Api;
  readonly saving: Saving<Text>;
  readonly editor: Editor;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  /** Save the text under another name, and go on with that. */
  keepAsCopy(): Promise<void>;
  /** The open document has the name `to` now. */
  follow(to: string): Promise<void>;
}

export interface Disk {
  /** Look whether the file has changed, and bring it together with what is in the editor. */
  look(): Promise<void>;
  /** The file of the document `name` is the revision `etag` now, or gone where that is null. */
  changed(name: string, etag: string | null): void;
  /** What this page itself does to files: until it is done, nothing is looked at. */
  own<T>(work: Promise<T>): Promise<T>;
  /** Have the writer choose between both texts. */
  decide(): Promise<void>;
}

const NOTICE = "disk";
const GONE = 404;
const UNFIT = 422;

export function createDisk({ api, saving, editor, dialogs, notices, keepAsCopy, follow }: DiskParts): Disk {
  let looking: Promise<void> | null = null;
  let own: Promise<unknown> = Promise.resolve();

  const mine = () => editor.view.state.doc;

  /** The document as it is on disk; null where it is the one that the page knows, or another is open meanwhile. */
  const read = async (): Promise<OpenedDocument | null> => {
    await own;
    // A save under way, or one that got no answer, is likely to be what has changed it.
    await saving.settled();
    if (saving.underWay !== null) {
      saving.retry();
      await saving.settled();
    }
    const { name, etag, base, state } = saving;
    if (name === null || (etag === null && !saving.inConflict)) return null;
    const result = await (etag === null ? api.open(name) : api.openUnless(etag, name));
    if (saving.name !== name || saving.etag !== etag) return null;
    if (!result.ok) {
      const { status, message, moved } = result.failure;
      if (moved !== undefined) await follow(moved);
      else if (status === GONE) saving.gone(`There is no document “${name}” on disk any more.`);
      // A folder stands in its place, or it is far too large: the text that was opened is nowhere else any more.
      if (status === UNFIT) saving.gone(message);
      return null;
    }
    // It was another one, or none, and is back.
    if (result.value === null && base && state.kind === "failed" && state.cause !== "other") saving.rebase(etag, base);
    return result.value;
  };

  const meet = (disk: OpenedDocument) => {
    const isOurs = saving.underWay?.toString() === disk.text;
    if (isOurs || mine().toString() === disk.text) return take(disk, null);
    if (saving.isClean) return take(disk, disk.text);
    const merged = settle(merge(saving.base!.toString(), mine().toString(), disk.text));
    if (merged === null) return refuse(disk);
    take(disk, merged);
    const text = `${titleOf(disk.name)} was changed elsewhere, too. Both changes are in the text; undo shows yours alone.`;
    notices.show(NOTICE, { text });
  };

  /** Go on from the disk's revision, with `text` in the editor. */
  const take = (disk: OpenedDocument, text: string | null) => {
    if (text !== null) editor.replace(text);
    saving.rebase(disk.etag, editor.view.state.toText(disk.text));
    notices.hide(NOTICE);
  };

  const refuse = (disk: OpenedDocument) => {
    saving.conflict(`“${disk.name}” was changed elsewhere.`);
    notices.show(NOTICE, {
      text: `${titleOf(disk.name)} was changed elsewhere, where you changed it too. Your text is kept; saving waits for you.`,
      choices: [{ label: "Compare…", run: () => void decide() }],
      tone: "error",
      lasting: true,
    });
  };

  const decide = async () => {
    await looking;
    const { name, etag, base } = saving;
    if (name === null || base === null) return;
    const result = await api.open(name);
    if (!result.ok || saving.name !== name || saving.etag !== etag) return;
    const disk = result.value;
    const passages = merge(base.toString(), mine().toString(), disk.text);
    if (settle(passages) !== null) return meet(disk);
    const decision = await choose(dialogs, {
      title: `${titleOf(name)} was changed elsewhere`,
      lead: "Here both sides changed the same lines. What only one of them changed is taken already.",
      mine: "Mine",
      theirs: "On disk",
      passages,
      later: "Decide later",
      copy: "Keep mine as a copy",
    });
    if (decision?.kind === "copy") {
      await keepAsCopy();
      notices.hide(NOTICE);
    } else if (decision) take(disk, decision.text);
    editor.view.focus();
  };

  const disk: Disk = {
    own(work) {
      own = Promise.allSettled([own, work]);
      return work;
    },

    look() {
      looking ??= read()
        .then((found) => void (found && meet(found)))
        .finally(() => (looking = null));
      return looking;
    },
    changed(name, etag) {
      if (name === saving.name && (etag === null || etag !== saving.etag)) void disk.look();
    },
    decide,
  };
  return disk;
}
