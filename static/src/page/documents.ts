/** Documents and what keeps them: the open one, its saving and its drafts, and the list of the others. */

import { undo } from "@codemirror/commands";
import type { Text } from "@codemirror/state";

import type { Result } from "../api";
import { type Copies, createCopies } from "../copies";
import { createDisk, type Disk } from "../disk";
import { createDocuments, type Documents } from "../documents";
import { createDownload, type Download } from "../download";
import { byId } from "../dom";
import { type Draft, Drafts, type Moment } from "../drafts";
import { createFiling, type Filing } from "../filing";
import { showFound } from "../found";
import type { HistoryParts, HistoryView } from "../history";
import { later, type Later } from "../later";
import { createIntake, type Intake } from "../intake";
import type { NamingParts } from "../naming";
import type { SavedDocument } from "../protocol";
import { createRecovery, type Recovery } from "../recovery";
import { Saving, type SaveState, type Write } from "../saving";
import { createSearch, type Search } from "../search";
import { createSidebar, type Sidebar } from "../sidebar";
import { showSaving } from "../status";
import { openDrafts } from "../storage";
import { createTabs } from "../tabs";
import type { Trash, TrashParts } from "../trash";
import { titleOf } from "../tree";
import { createWarnings, type Warnings } from "../warnings";
import type { Page } from "./page";

export interface DocumentsWing {
  readonly saving: Saving<Text>;
  readonly drafts: Drafts;
  readonly disk: Disk;
  readonly recovery: Recovery;
  readonly documents: Documents;
  readonly copies: Copies;
  readonly sidebar: Sidebar;
  readonly search: Search;
  readonly filing: Filing;
  readonly history: Later<HistoryView>;
  readonly trash: Later<Trash>;
  readonly intake: Intake;
  readonly download: Download;
  readonly warnings: Warnings;
  /** Whether the open document is too large for a preview. */
  isPlain(): boolean;
  /** The name of the document that is shown. */
  titled(): string;
  /** As from the list of documents, which leaves where it lies over the text. */
  openFromList(name: string): Promise<void>;
  /** The list leaves where it lies over the text. */
  uncover(): void;
  /** Do it to the open document, if one is. */
  withOpen(run: (name: string) => Promise<void>): void;
}

const NO_TRASH = "The server is away, so what was deleted cannot be shown at the moment.";
const NO_HISTORY = "The server is away, so the versions cannot be shown at the moment.";
const NO_PREVIEW = "No preview above 1 MiB";
/** A longer text is left to this browser alone. */
const LONGEST_DRAFT = 2_000_000;

export function documentsWing(page: Page): DocumentsWing {
  const { api, clock, dialogs, editor, notices, view, text } = page;
  let titled = "";
  let restored: string | null = null;
  let isPlain = false;

  const saving = new Saving<Text>(save, clock, () => crypto.randomUUID(), saved);
  const storage = openDrafts(() => documents.workspace);
  const warnings = createWarnings(notices, {
    tryAgain: () => saving.retry(),
    saveAgain: () => saving.decide(null),
    saveAs: () => void copies.saveAs(),
    connect: () => page.socket.retry(),
    writeHere: () => documents.writeHere(),
    convert: () => void copies.convert(),
  });
  const drafts = new Drafts(storage, { keep: sendDraft, drop: (name, client) => void api.dropDraft(name, client) }, clock, moment, warnings.kept);
  const disk = createDisk({ api, saving, editor, dialogs, notices, keepAsCopy: () => copies.keepAsCopy(), follow });
  const recovery = createRecovery({
    api,
    saving,
    editor,
    dialogs,
    notices,
    storage,
    keep: () => drafts.flush(),
    open: (name) => void documents.open(name),
    openNew: (name) => void documents.openNew(name),
    copy: (name, content) => copies.copy(name, content),
  });
  const sidebar = createSidebar(
    { scroller: byId("documents-scroller"), list: byId("documents-list"), empty: byId("documents-empty") },
    {
      open: (name) => void openFromList(name),
      rename: (name) => void filing.rename(name),
      remove: (name) => void filing.remove(name),
      renameFolder: (path) => void filing.renameFolder(path),
      removeFolder: (path) => void filing.removeFolder(path),
      move: (name, folder) => void filing.moveTo(name, folder),
      menu: (row, at) => page.menus.onRow(row, at),
    },
  );
  const search = createSearch(
    {
      input: byId("documents-search"),
      found: byId("documents-found"),
      status: byId("documents-found-status"),
      instead: byId("documents-scroller"),
    },
    {
      names: () => documents.entries.map(({ name }) => name),
      search: api.search,
      open: (name, hit) => void openFromList(name).then(() => hit && saving.name === name && showFound(view, hit)),
      leave: sidebar.focus,
    },
  );
  const documents = createDocuments({
    api,
    saving,
    editor,
    dialogs,
    notices,
    sidebar,
    tabs: createTabs(() => documents.workspace),
    recovery,
    keep: () => drafts.flush(),
    locked(reason) {
      warnings.locked(reason);
      if (reason) page.rewriting.leave(null);
      saved(saving.state);
    },
    leaving() {
      notices.hide("export", "history", "name", "model", "problems", "repair", "draft", "disk");
      page.rewriting.leave(saving.name && titleOf(saving.name));
    },
    opened(document) {
      entitle(document.name);
      page.preview.begin(document.name);
      page.pictures.opened();
      page.previewing.turned();
      isPlain = document.plain;
      byId("preview-state").textContent = isPlain ? NO_PREVIEW : "";
      if (!isPlain) page.previewing.changed();
      page.length.changed();
      page.structureOpened();
      page.underlines.restart();
      page.receipts.opened();
      page.attribution.opened();
      page.repairs.offer(documents.isLocked ? { ...document, repair: null } : document);
      view.focus();
    },
    unnamed: (name) => naming.use((each) => each.made(name)),
    renamed(name) {
      page.receipts.renamed(titled, name);
      entitle(name);
    },
  });
  const copies = createCopies({
    api,
    saving,
    editor,
    dialogs,
    notices,
    documents: () => documents,
    settled(name, client, seq) {
      drafts.saved(name, client, seq);
      void api.dropDraft(name, client);
    },
  });
  const filing = createFiling({
    api,
    dialogs,
    notices,
    documents: () => documents,
    folders: () => sidebar.folders,
    opened: () => saving.name,
    focusText: () => view.focus(),
    unnamed: (name) => naming.use((each) => each.made(name)),
    own: disk.own,
  });
  const namingParts: NamingParts = {
    notices,
    state: () => view.state,
    document: () => (saving.etag === null || documents.isLocked ? null : saving.name),
    freeName: (name) => documents.freeName(name),
    rename: filing.call,
    focusText: () => view.focus(),
  };
  // Without it a document stays untitled.
  const naming = later(async () => (await import("../naming")).createNaming(namingParts), () => undefined);
  const history = later(async () => (await import("../history")).createHistory(historyParts), () => notices.show("history", { text: NO_HISTORY, tone: "error" }));
  const historyParts: HistoryParts = {
    api,
    dialogs,
    dialog: byId("history"),
    // While another tab writes the document, what lies here is that tab's.
    drafts: async (name) => (documents.isLocked ? [] : (await recovery.left(name)).filter(({ isHere }) => isHere)),
    dropDraft: ({ name, client, seq }) => storage.remove(name, client, seq),
    async current() {
      await saving.flush();
      return saving.name === null ? null : { name: saving.name, text: text(), isLocked: documents.isLocked };
    },
    restore(old, when) {
      restored = old;
      editor.replace(old);
      const choices = [{ label: "Undo", run: () => (notices.hide("history"), undo(view)) }];
      notices.show("history", { text: `The text is as it was ${when}.`, choices });
      view.focus();
      void saving.flush();
    },
  };
  const trash = later(async () => (await import("../trash")).createTrash(trashParts), () => notices.show("documents", { text: NO_TRASH, tone: "error" }));
  const trashParts: TrashParts = {
    api,
    dialogs,
    restored: async (name) => {
      await documents.refresh();
      await documents.open(name);
    },
  };
  const intake = createIntake({
    api,
    notices,
    view: () => view,
    document: () => saving.name,
    imported: documents.refresh,
    open: (name) => void openFromList(name),
    takeModel: (file) => page.models.take(file),
    target: byId("drop"),
  });
  const download = createDownload({
    api,
    notices,
    document: () => ({ name: saving.name ?? "Untitled.md", text: text(), isFile: saving.etag !== null }),
    save: () => saving.flush(),
  });

  async function save(write: Write): Promise<Result<SavedDocument>> {
    // One that is repeated may be of a text before the one that stands in the editor.
    const authorship = write.text === text() ? page.receipts.pieces(view.state) : undefined;
    const result = await api.save({ ...write, authorship, kind: write.text === restored ? "restore" : "save" });
    if (result.ok) drafts.saved(write.name, write.client, write.seq);
    if (result.ok && write.etag === null) void documents.refresh();
    return result;
  }

  function saved(state: SaveState): void {
    showSaving(byId("save-state"), state, documents.isLocked);
    warnings.saving(state);
    if (state.kind === "saved") page.receipts.saved();
    if (state.kind === "failed" && state.cause !== "other") void disk.look();
    if (state.kind !== "saved") return;
    drafts.settled();
    naming.now?.saved();
  }

  /** What there is to keep of the open document. */
  function moment(): Moment | null {
    const { name, client, seq, etag, isClean } = saving;
    if (name === null) return null;
    const sent = saving.underWay?.toString() ?? null;
    return { draft: { name, client, seq, base: etag, text: text(), sent, at: new Date().toISOString() }, isClean };
  }

  function sendDraft({ name, base, text, client, seq }: Draft): boolean {
    return text.length <= LONGEST_DRAFT && page.send({ type: "draft", name, base: base ?? "", text, client, seq });
  }

  async function follow(to: string): Promise<void> {
    const { name, etag } = saving;
    if (name === null || etag === null) return;
    await documents.nowCalled(name, { name: to, etag });
    notices.show("documents", { text: `This document was moved; it is saved as “${to}” now.` });
  }

  async function openFromList(name: string): Promise<void> {
    await documents.open(name);
    uncover();
  }

  function uncover(): void {
    if (page.layout.isNarrow) page.layout.showDocuments(false);
  }

  function entitle(name: string): void {
    titled = name;
    page.caretText.turned();
    byId("title").textContent = titleOf(name);
    document.title = `${titleOf(name)} · ME_AI`;
  }

  return {
    saving,
    drafts,
    disk,
    recovery,
    documents,
    copies,
    sidebar,
    search,
    filing,
    history,
    trash,
    intake,
    download,
    warnings,
    isPlain: () => isPlain,
    titled: () => titled,
    openFromList,
    uncover,
    withOpen(run) {
      if (saving.name !== null) void run(saving.name);
    },
  };
}
