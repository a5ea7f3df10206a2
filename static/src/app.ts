/** The page: finds its parts and connects them. Element ids stand here and nowhere else. */

import { isolateHistory, undo } from "@codemirror/commands";
import { Compartment, type Text } from "@codemirror/state";
import { EditorView, keymap, type KeyBinding, runScopeHandlers, type ViewUpdate } from "@codemirror/view";

import "../css/app.css";

import { connectApi, type Result } from "./api";
import { createAsk } from "./ask";
import { createAttribution } from "./attribution";
import { createCaretText } from "./caret";
import { createCaretSwitch } from "./caret-switch";
import { bind, connectButtons, keymapOf, unseen } from "./commands/command";
import { keyLabel } from "./commands/keys";
import { COMMANDS } from "./commands/registry";
import { createCopies } from "./copies";
import { createDialogs } from "./dialogs";
import { createDisk } from "./disk";
import { createDocuments } from "./documents";
import { createDownload } from "./download";
import { byId, metadata } from "./dom";
import { type Draft, Drafts, type Moment } from "./drafts";
import { createEditor } from "./editor";
import { createExporting } from "./exporting";
import { createExportDialog } from "./exporting-dialog";
import { createFiling } from "./filing";
import { showFound } from "./found";
import { showHelp } from "./help";
import { createHistory } from "./history";
import { createIntake } from "./intake";
import { createLayout, focusNext } from "./layout";
import { createMenu } from "./menu";
import { caretPoint, createMenus, moveCaretTo } from "./menus";
import { createModelView, offerLabel } from "./model";
import { createNotices } from "./notices";
import type { Clock } from "./pace";
import { createPreview } from "./preview";
import { createPreviewing } from "./previewing";
import { currentProposal, isWriting, proposalsOf } from "./proposal";
import type { Action, FromPage, FromServer, SavedDocument } from "./protocol";
import { createReceipts } from "./receipts";
import { createRecovery } from "./recovery";
import { createRepairOffer } from "./repair";
import { review } from "./review";
import { createRewriting } from "./rewriting";
import { Saving, type SaveState, type Write } from "./saving";
import { keepInStep } from "./scroll";
import { createSearch } from "./search";
import { createSidebar } from "./sidebar";
import { connectSocket, type Connection } from "./socket";
import { createLength, showSaving } from "./status";
import { openDrafts } from "./storage";
import { tableBar } from "./table-bar";
import { createTabs } from "./tabs";
import { cycleTheme, nameTheme, storedTheme } from "./theme";
import { takeToken } from "./token";
import { createModels } from "./models";
import { createTrash } from "./trash";
import { titleOf } from "./tree";
import { Warming } from "./warming";
import { createUnderlines } from "./underlines";
import { createWarnings } from "./warnings";

const ASK: Action = { name: "ask", label: "Ask AI", scope: "replace" };
const LANGUAGES = ["English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Polish", "Ukrainian", "Japanese"];
const NO_TOKEN = "Open the whole address that ME_AI printed in the terminal: it holds the key to this page.";
const NO_PREVIEW = "No preview above 1 MiB";
/** A longer text is left to this browser alone. */
const LONGEST_DRAFT = 2_000_000;

function run(first: string): void {
  let token = first;
  let connection: Connection = "connecting";
  let titled = "";
  let restored: string | null = null;
  let isPlain = false;
  const ownKeys = new Compartment();
  let ownBindings: readonly KeyBinding[] = [];
  const api = connectApi(() => token);
  const notices = createNotices(byId("notices"));
  const dialogs = createDialogs(byId("dialog"));
  const send = (message: FromPage): boolean => socket.send(message);

  const editor = createEditor(byId("editor"), metadata("csp-nonce"), () => [
    keymap.of([{ key: "ContextMenu", run: openTextMenu }, ...keymapOf(commands)]),
    ownKeys.of(keymap.of(ownBindings)),
    review({
      stop: rewriting.cancel,
      retry: rewriting.retry,
      refine: rewriting.refine,
      insertBelow: rewriting.insertBelow,
      copy: copySuggestion,
      keyOf,
      speed: () => model.speed,
    }),
    tableBar(keyOf),
    underlines.extension,
    caret.extension,
    receipts.extension,
    attribution.extension,
    intake.extension,
    EditorView.updateListener.of(updated),
    EditorView.domEventHandlers({ contextmenu }),
  ]);
  const { view } = editor;
  const text = () => view.state.doc.toString();

  const clock: Clock = {
    now: () => performance.now(),
    after: (ms, then) => window.setTimeout(then, ms),
    cancel: (id) => clearTimeout(id),
  };
  const saving = new Saving<Text>(save, clock, () => crypto.randomUUID(), saved);
  const storage = openDrafts(() => documents.workspace);
  const warnings = createWarnings(notices, {
    tryAgain: () => saving.retry(),
    saveAgain: () => saving.decide(null),
    saveAs: () => void copies.saveAs(),
    connect: () => socket.retry(),
    writeHere: () => documents.writeHere(),
    convert: () => void copies.convert(),
  });
  const drafts = new Drafts(storage, { keep: sendDraft, drop: (name, client) => void api.dropDraft(name, client) }, clock, moment, warnings.kept);
  const disk = createDisk({ api, saving, editor, dialogs, notices, keepAsCopy: () => copies.keepAsCopy() });
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
  const previewing = createPreviewing(send, text);
  const preview = createPreview(byId("article"), {
    image: api.image,
    goTo: (line) => scroll.goTo(line),
    openDocument: (name) => void documents.open(name),
    paused: (message) => (byId("preview-state").textContent = message),
    patched: () => scroll.settle(),
  });
  const scroll = keepInStep({ view, preview: byId("preview"), anchors: preview.anchors });
  const rewriting = createRewriting(view, send, (text, tone, reasons = []) =>
    notices.show("model", { text, tone, list: reasons.map((label) => ({ label })) }),
    (choices, chosen) => menus.choose("Choose one", choices, chosen),
  );
  const warming = new Warming(clock, send, () => model.obstacle === null && !isWriting(view.state));
  const underlines = createUnderlines({
    clock,
    view: () => view,
    send,
    document: () => saving.name,
    isFree: () => !documents.isLocked && !isPlain,
    learn,
    open: (content) => menus.open(content, caretPoint(view)),
    announce: (text) => notices.show("problems", { text }),
  });
  const caretText = createCaretSwitch(byId("caret-text"), () => documents.workspace + "/" + titled);
  const caret = createCaretText({
    clock,
    view: () => view,
    send,
    isOn: () => caretText.isOn,
    isFree: () => model.obstacle === null && !documents.isLocked && proposalsOf(view.state).length === 0,
    tell: (sentence) => notices.show("model", { text: sentence }),
  });
  const repairs = createRepairOffer(view, notices, dialogs);
  const model = createModelView(byId("model"), (name) => send({ type: "pull", model: name }));
  const receipts = createReceipts({
    api,
    view: () => view,
    document: () => ({ name: saving.name, exists: saving.etag !== null }),
    model: () => model.name,
    refused: (sentence) => notices.show("receipts", { text: `Not on record: ${sentence}`, tone: "error" }),
  });
  const attribution = createAttribution({ card: byId("receipt"), view: () => view, receipt: receipts.of, keyOf });
  const length = createLength(byId("length"), () => view.state);

  const sidebar = createSidebar(
    { scroller: byId("documents-scroller"), list: byId("documents-list"), empty: byId("documents-empty") },
    {
      open: (name) => void openFromList(name),
      rename: (name) => void filing.rename(name),
      remove: (name) => void filing.remove(name),
      removeFolder: (path) => void filing.removeFolder(path),
      move: (name, folder) => void filing.moveTo(name, folder),
      menu: (row, at) => menus.onRow(row, at),
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
      if (reason) rewriting.leave(null);
      saved(saving.state);
    },
    leaving() {
      notices.hide("export", "history", "model", "problems", "repair", "draft", "disk");
      rewriting.leave(saving.name && titleOf(saving.name));
    },
    opened(document) {
      entitle(document.name);
      preview.begin(document.name);
      previewing.turned();
      isPlain = document.plain;
      byId("preview-state").textContent = isPlain ? NO_PREVIEW : "";
      if (!isPlain) previewing.changed();
      length.changed();
      underlines.restart();
      receipts.opened();
      attribution.opened();
      repairs.offer(documents.isLocked ? { ...document, repair: null } : document);
      view.focus();
    },
    renamed(name) {
      receipts.renamed(titled, name);
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
  });
  const history = createHistory({
    api,
    dialogs,
    dialog: byId("history"),
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
  });
  const models = createModels({ api, dialogs, send });
  const trash = createTrash({
    api,
    dialogs,
    restored: async (name) => {
      await documents.refresh();
      await documents.open(name);
    },
  });
  const intake = createIntake({
    api,
    notices,
    view: () => view,
    document: () => saving.name,
    imported: documents.refresh,
    open: (name) => void openFromList(name),
    takeModel: (file) => models.take(file),
    target: byId("drop"),
  });
  const download = createDownload({
    api,
    notices,
    document: () => ({ name: saving.name ?? "Untitled.md", text: text(), isFile: saving.etag !== null }),
    save: () => saving.flush(),
  });
  const exporting = createExporting({
    api,
    notices,
    document: () => ({ name: saving.name ?? "", text: text() }),
    goTo: scroll.goTo,
    open: () => outlet.open(),
  });
  const outlet = createExportDialog({
    api,
    dialogs,
    exporting,
    dialog: byId("export"),
    nonce: metadata("csp-nonce"),
    document: () => ({ name: saving.name ?? "", text: text() }),
    isLocked: () => documents.isLocked,
    goTo(line) {
      scroll.goTo(line);
      view.focus();
    },
    change: (changes) => view.dispatch({ changes, annotations: isolateHistory.of("full"), userEvent: "input.fix" }),
    shorten: shortenAt,
  });
  const layout = createLayout(
    {
      root: document.body,
      buttons: [...document.querySelectorAll<HTMLButtonElement>("button.layout")],
      documents: byId("documents"),
      documentsButton: byId("documents-button"),
    },
    () => requestAnimationFrame(scroll.align),
  );
  const ask = createAsk(view, { box: byId("ask"), form: byId("ask-form"), input: byId("ask-input"), subject: byId("ask-subject"), history: byId("ask-history") }, (instruction) =>
    act(model.actions.find(({ name }) => name === "ask") ?? ASK, instruction),
  );
  const menus = createMenus({
    view,
    menu: createMenu(byId("menu")),
    model,
    commands: () => commands,
    act,
    choosing: () => warming.choosing(view.state),
    fixesAt: underlines.fixesAt,
    filing,
    history: (name) => void openFromList(name).then(history.open),
    open: (name) => void openFromList(name),
    focusList: sidebar.focus,
  });

  const commands = bind(COMMANDS, {
    view,
    exporting,
    askAi() {
      if (!modelIsThere()) return;
      warming.choosing(view.state);
      ask.open();
    },
    openMenu: openTextMenu,
    stopModel: rewriting.cancel,
    retry: rewriting.retry,
    insertBelow: rewriting.insertBelow,
    copySuggestion,
    complete: () => modelIsThere() && caret.ask(),
    caretText,
    save: () => void saving.flush(),
    newDocument: () => void filing.create().then(uncover),
    searchDocuments() {
      layout.showDocuments(true);
      search.open();
    },
    rename: () => withOpen(filing.rename),
    duplicate: () => withOpen(filing.duplicate),
    move: () => withOpen(filing.move),
    remove: () => withOpen(filing.remove),
    history: () => void history.open(),
    fixProblem: underlines.fix,
    underlines,
    toggleAuthorship: attribution.toggle,
    openReceipt: attribution.openCard,
    trash: () => void trash.open(),
    openModels: () => void models.open(),
    toggleDocuments: layout.toggleDocuments,
    cycleLayout: layout.cycle,
    cycleTheme: () => nameTheme(byId("theme-button"), cycleTheme()),
    nextPane: () => focusNext([view.contentDOM, byId("preview"), byId("documents-search"), byId("documents-list")]),
    help: () => void showHelp(dialogs, commands, metadata("version")),
    paste: intake.paste,
    pickFiles: intake.pick,
    download: () => void download.one(),
    downloadAll: () => void download.all(),
    clipboardRefused: () =>
      notices.show("export", { text: "The browser did not allow it; use its own keys for cut, copy and paste.", tone: "error" }),
  });

  const socket = connectSocket(() => token, api.answers, receive, connected);
  connectButtons(document, commands);
  nameTheme(byId("theme-button"), storedTheme());
  byId("ai-button").addEventListener("click", () => menus.ai(byId("ai-button")));
  byId("format-button").addEventListener("click", () => menus.format(byId("format-button")));
  byId("export-button").addEventListener("click", () => menus.export(byId("export-button")));
  byId("title-button").addEventListener("click", () => menus.document(byId("title-button")));
  byId("more-button").addEventListener("click", () => menus.more(byId("more-button"), unseen(commands)));
  listenToWindow();
  intake.listen();
  void documents.start();

  function act(action: Action, instruction?: string): void {
    if (documents.isLocked) return notices.show("model", { text: "This document can only be read here." });
    if (!modelIsThere()) return;
    const beyond = model.beyond(action);
    if (beyond) return notices.show("model", { text: beyond });
    notices.hide("model");
    if (action.needs !== "language" || instruction) return rewriting.start(action, instruction);
    menus.choose("Translate to", LANGUAGES, (language) => language && rewriting.start(action, language));
  }

  function copySuggestion(): void {
    const suggestion = currentProposal(view.state)?.text;
    if (!suggestion) return;
    const copied = () => notices.show("model", { text: "The suggestion is on the clipboard." });
    navigator.clipboard.writeText(suggestion).then(copied, () =>
      notices.show("model", { text: "The browser did not allow it; use its own keys to copy.", tone: "error" }),
    );
  }

  function bindOwnActions(actions: readonly Action[]): void {
    ownBindings = actions.flatMap((action) => (action.key ? [{ key: action.key, run: () => (act(action), true) }] : []));
    view.dispatch({ effects: ownKeys.reconfigure(keymap.of(ownBindings)) });
  }

  /** Else the writer is told why, and what gets one. */
  function modelIsThere(): boolean {
    const { obstacle, offer } = model;
    if (obstacle === null) return true;
    const choices = offer ? [{ label: offerLabel(offer), run: () => (notices.hide("model"), model.pull(offer.name)) }] : [];
    notices.show("model", { text: obstacle, choices });
    return false;
  }

  function updated(update: ViewUpdate): void {
    if (update.docChanged) {
      saving.changed(update.state.doc);
      drafts.changed();
      if (!isPlain) previewing.changed();
      rewriting.updated(update);
      repairs.updated(update);
      receipts.updated(update);
      if (update.transactions.some((transaction) => transaction.isUserEvent("input.type"))) document.body.dataset["typing"] = "";
    }
    if (update.docChanged || update.selectionSet) length.changed();
    warming.updated(update);
    caret.updated(update);
    underlines.updated(update);
  }

  async function learn(word: string): Promise<boolean> {
    const result = await api.learn(word);
    if (!result.ok) {
      notices.show("problems", { text: result.failure.message, tone: "error" });
      return false;
    }
    const choices = [{ label: "Undo", run: () => (notices.hide("problems"), void api.unlearn(word).then(underlines.restart)) }];
    notices.show("problems", { text: `“${word}” is in your dictionary now.`, choices });
    return true;
  }

  async function save(write: Write): Promise<Result<SavedDocument>> {
    // One that is repeated may be of a text before the one that stands in the editor.
    const authorship = write.text === text() ? receipts.pieces(view.state) : undefined;
    const result = await api.save({ ...write, authorship, kind: write.text === restored ? "restore" : "save" });
    if (result.ok) drafts.saved(write.name, write.client, write.seq);
    if (result.ok && write.etag === null) void documents.refresh();
    return result;
  }

  function saved(state: SaveState): void {
    showSaving(byId("save-state"), state, documents.isLocked);
    warnings.saving(state);
    if (state.kind === "saved") receipts.saved();
    if (state.kind === "failed" && state.cause === "changed") void disk.look();
    if (state.kind === "saved") drafts.settled();
  }

  /** What there is to keep of the open document. */
  function moment(): Moment | null {
    const { name, client, seq, etag, isClean } = saving;
    if (name === null) return null;
    const sent = saving.underWay?.toString() ?? null;
    return { draft: { name, client, seq, base: etag, text: text(), sent, at: new Date().toISOString() }, isClean };
  }

  function sendDraft({ name, base, text, client, seq }: Draft): boolean {
    return text.length <= LONGEST_DRAFT && send({ type: "draft", name, base: base ?? "", text, client, seq });
  }

  function receive(message: FromServer): void {
    switch (message.type) {
      case "welcome":
        bindOwnActions(message.actions);
        return model.welcome(message.actions, message.model);
      case "beyond":
        return model.tooSmallFor(message.actions);
      case "model":
        if (message.state === "failed") notices.show("model", { text: message.message, tone: "error" });
        if (message.state === "ready" && message.message) notices.show("model", { text: message.message });
        models.changed(message);
        return model.show(message);
      case "fetching":
        return models.fetching(message);
      case "problems":
        return underlines.received(message);
      case "previewed":
        return preview.receive(message, previewing.answered(message.version));
      case "changed":
        disk.changed(message.name, message.etag);
        return void recovery.review();
      case "listed":
        return void documents.refresh().then(disk.look);
      case "error":
        return notices.show("server", { text: message.message, tone: "error" });
      default:
        caret.receive(message);
        return rewriting.receive(message);
    }
  }

  function connected(state: Connection): void {
    const wasAway = connection !== "connecting";
    connection = state;
    warnings.connection(state);
    if (state === "open") {
      // What failed for want of a server is over.
      if (wasAway) notices.hideErrors("documents", "export");
      if (wasAway && saving.name === null) void documents.start();
      preview.reset();
      previewing.restart();
      underlines.restart();
      saving.retry();
      receipts.retry();
      // What happened on disk meanwhile was told to nobody.
      if (wasAway) void documents.refresh().then(disk.look);
      return;
    }
    if (state === "connecting") return;
    model.lost();
    caret.forget();
    rewriting.connectionLost();
  }

  async function openFromList(name: string): Promise<void> {
    await documents.open(name);
    uncover();
  }

  /** Let the model shorten what stands there. */
  function shortenAt(from: number, to: number): void {
    view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    view.focus();
    act(model.actions.find(({ name }) => name === "shorten") ?? ASK, "Shorten this to one line of at most 200 characters.");
  }

  function withOpen(run: (name: string) => Promise<void>): void {
    if (saving.name !== null) void run(saving.name);
  }

  /** On a narrow screen the list lies over the text. */
  function uncover(): void {
    if (layout.isNarrow) layout.showDocuments(false);
  }

  function entitle(name: string): void {
    titled = name;
    caretText.turned();
    byId("title").textContent = titleOf(name);
    document.title = `${titleOf(name)} · ME_AI`;
  }

  function contextmenu(event: MouseEvent): boolean {
    if (event.shiftKey) return false;
    event.preventDefault();
    const point = { x: event.clientX, y: event.clientY };
    moveCaretTo(view, point);
    menus.onText(point);
    return true;
  }

  function openTextMenu(): boolean {
    menus.onText(caretPoint(view));
    return true;
  }

  function keyOf(name: string): string {
    const key = commands.find((command) => command.name === name)?.key;
    return key === undefined ? "" : keyLabel(key);
  }

  function listenToWindow(): void {
    window.addEventListener("keydown", (event) => {
      if (!event.defaultPrevented && runScopeHandlers(view, event, "page")) event.preventDefault();
    });
    window.addEventListener("pointermove", () => delete document.body.dataset["typing"], { passive: true });
    window.addEventListener("hashchange", () => {
      token = takeToken() ?? token;
      socket.retry();
    });
    window.addEventListener("pagehide", keepNow);
    window.addEventListener("beforeunload", (event) => {
      keepNow();
      if (drafts.isBehind && !saving.isClean) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") return keepNow();
      socket.retry();
      void documents.refresh().then(disk.look);
    });
  }

  /** The page may be gone in a moment. */
  function keepNow(): void {
    void drafts.flush();
    saving.hurry();
  }
}

const token = takeToken();
if (token !== null) run(token);
else document.body.replaceChildren(Object.assign(document.createElement("p"), { className: "no-page", textContent: NO_TOKEN }));
