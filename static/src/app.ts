/** The page: finds its parts and connects them. Element ids stand here and nowhere else. */

import type { Text } from "@codemirror/state";
import { EditorView, keymap, runScopeHandlers, type ViewUpdate } from "@codemirror/view";

import "../css/app.css";

import { connectApi } from "./api";
import { createAsk } from "./ask";
import { commandsFor, connectButtons, keyLabel, keymapOf, unseen } from "./commands";
import { createDialogs } from "./dialogs";
import { createDocuments } from "./documents";
import { byId, metadata } from "./dom";
import { createEditor } from "./editor";
import { createExporting } from "./exporting";
import { createFiling } from "./filing";
import { showHelp } from "./help";
import { createLayout, focusNext } from "./layout";
import { createMenu } from "./menu";
import { caretPoint, createMenus, moveCaretTo } from "./menus";
import { createModelView, offerLabel } from "./model";
import { type Choice, createNotices } from "./notices";
import { createPreview } from "./preview";
import { createPreviewing } from "./previewing";
import type { Action, FromPage, FromServer } from "./protocol";
import { createRepairOffer } from "./repair";
import { review } from "./review";
import { createRewriting } from "./rewriting";
import { type Cause, Saving, type SaveState } from "./saving";
import { keepInStep } from "./scroll";
import { createSearch } from "./search";
import { showFound } from "./found";
import { createSidebar } from "./sidebar";
import { connectSocket, type Connection } from "./socket";
import { createLength, showSaving } from "./status";
import { cycleTheme, nameTheme, storedTheme } from "./theme";
import { takeToken } from "./token";
import { createTrash } from "./trash";
import { titleOf } from "./tree";

const ASK: Action = { name: "ask", label: "Ask AI", scope: "replace" };
const NO_TOKEN = "Open the whole address that ME_AI printed in the terminal: it holds the key to this page.";
const OLD_TOKEN = "ME_AI was started anew: open the address it printed this time in this same tab, and what you wrote is saved.";
const AWAY = "The server is away. Write on: your text is saved as soon as it is back.";

function run(first: string): void {
  let token = first;
  let connection: Connection = "connecting";
  const api = connectApi(() => token);
  const notices = createNotices(byId("notices"));
  const dialogs = createDialogs(byId("dialog"));
  const send = (message: FromPage): boolean => socket.send(message);

  const editor = createEditor(byId("editor"), metadata("csp-nonce"), () => [
    keymap.of([{ key: "ContextMenu", run: openTextMenu }, ...keymapOf(commands)]),
    review({ stop: rewriting.cancel, retry: rewriting.retry, keyOf }),
    EditorView.updateListener.of(updated),
    EditorView.domEventHandlers({ contextmenu }),
  ]);
  const { view } = editor;
  const text = () => view.state.doc.toString();

  const saving = new Saving<Text>(
    async (name, content, etag, urgent) => {
      if (etag !== null) return api.save(name, content, etag, urgent);
      const created = await api.create(name, content);
      if (created.ok) void documents.refresh();
      return created;
    },
    { now: () => performance.now(), after: (ms, then) => window.setTimeout(then, ms), cancel: (id) => clearTimeout(id) },
    saved,
  );
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
  );
  const repairs = createRepairOffer(view, notices, dialogs);
  const model = createModelView(byId("model"), (name) => send({ type: "pull", model: name }));
  const length = createLength(byId("length"), () => view.state);

  const sidebar = createSidebar(
    { scroller: byId("documents-scroller"), list: byId("documents-list"), empty: byId("documents-empty") },
    {
      open: (name) => void openFromList(name),
      rename: (name) => void filing.rename(name),
      remove: (name) => void filing.remove(name),
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
    leaving() {
      notices.hide("export", "model", "repair");
      rewriting.leave(saving.name && titleOf(saving.name));
    },
    opened(document) {
      entitle(document.name);
      preview.begin(document.name);
      previewing.turned();
      previewing.changed();
      length.changed();
      repairs.offer(document);
      view.focus();
    },
    renamed: entitle,
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
  const trash = createTrash({
    api,
    dialogs,
    restored: async (name) => {
      await documents.refresh();
      await documents.open(name);
    },
  });
  const exporting = createExporting({
    api,
    notices,
    document: () => ({ name: saving.name ?? "", text: text() }),
    goTo: scroll.goTo,
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
  const ask = createAsk(view, { box: byId("ask"), form: byId("ask-form"), input: byId("ask-input"), subject: byId("ask-subject") }, (instruction) =>
    act(model.actions.find(({ name }) => name === "ask") ?? ASK, instruction),
  );
  const menus = createMenus({
    view,
    menu: createMenu(byId("menu")),
    model,
    commands: () => commands,
    act,
    filing,
    history: (name) => void openFromList(name),
    open: (name) => void openFromList(name),
    focusList: sidebar.focus,
  });

  const commands = commandsFor({
    view,
    exporting,
    askAi: () => modelIsThere() && ask.open(),
    openMenu: openTextMenu,
    stopModel: rewriting.cancel,
    retry: rewriting.retry,
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
    history: () => undefined,
    trash: () => void trash.open(),
    toggleDocuments: layout.toggleDocuments,
    cycleLayout: layout.cycle,
    cycleTheme: () => nameTheme(byId("theme-button"), cycleTheme()),
    nextPane: () => focusNext([view.contentDOM, byId("preview"), byId("documents-search"), byId("documents-list")]),
    help: () => void showHelp(dialogs, commands, metadata("version")),
    clipboardRefused: () =>
      notices.show("export", { text: "The browser did not allow it; use its own keys for cut, copy and paste.", tone: "error" }),
  });

  const socket = connectSocket(() => token, receive, connected);
  connectButtons(document, commands);
  nameTheme(byId("theme-button"), storedTheme());
  byId("ai-button").addEventListener("click", () => menus.ai(byId("ai-button")));
  byId("format-button").addEventListener("click", () => menus.format(byId("format-button")));
  byId("export-button").addEventListener("click", () => menus.export(byId("export-button")));
  byId("title-button").addEventListener("click", () => menus.document(byId("title-button")));
  byId("more-button").addEventListener("click", () => menus.more(byId("more-button"), unseen(commands)));
  listenToWindow();
  void documents.start();

  function act(action: Action, instruction?: string): void {
    if (!modelIsThere()) return;
    notices.hide("model");
    rewriting.start(action, instruction);
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
      previewing.changed();
      rewriting.updated(update);
      repairs.updated(update);
      if (update.transactions.some((transaction) => transaction.isUserEvent("input.type"))) document.body.dataset["typing"] = "";
    }
    if (update.docChanged || update.selectionSet) length.changed();
  }

  function saved(state: SaveState): void {
    showSaving(byId("save-state"), state);
    if (state.kind === "saved") notices.hide("save");
    if (state.kind !== "failed") return;
    const { message, cause } = state;
    if (cause === "other" && connection !== "open") return;
    const ways: Record<Cause, Choice> = {
      changed: { label: "Decide…", run: () => void documents.resolveConflict() },
      gone: { label: "Save it again", run: () => saving.decide(null) },
      other: { label: "Try again", run: () => saving.retry() },
    };
    notices.show("save", { text: `Not saved. ${message}`, choices: [ways[cause]], tone: "error", lasting: true });
    if (cause === "changed") void documents.resolveConflict(true);
  }

  function receive(message: FromServer): void {
    switch (message.type) {
      case "welcome":
        return model.welcome(message.actions, message.model);
      case "model":
        if (message.state === "failed") notices.show("model", { text: message.message, tone: "error" });
        return model.show(message);
      case "previewed":
        return preview.receive(message, previewing.answered(message.version));
      case "error":
        return notices.show("server", { text: message.message, tone: "error" });
      default:
        return rewriting.receive(message);
    }
  }

  function connected(state: Connection): void {
    const wasAway = connection !== "connecting";
    connection = state;
    if (state === "open") {
      notices.hide("server");
      // What failed for want of a server is over.
      if (wasAway) notices.hideErrors("documents", "export");
      if (wasAway && saving.name === null) void documents.start();
      preview.reset();
      previewing.restart();
      saving.retry();
      return;
    }
    if (state === "connecting") return;
    model.lost();
    rewriting.connectionLost();
    notices.hide("save");
    if (state === "refused") notices.show("server", { text: OLD_TOKEN, tone: "error", lasting: true });
    else notices.show("server", { text: AWAY, choices: [{ label: "Try now", run: () => socket.retry() }], lasting: true });
  }

  async function openFromList(name: string): Promise<void> {
    await documents.open(name);
    uncover();
  }

  function withOpen(run: (name: string) => Promise<void>): void {
    if (saving.name !== null) void run(saving.name);
  }

  /** On a narrow screen the list lies over the text. */
  function uncover(): void {
    if (layout.isNarrow) layout.showDocuments(false);
  }

  function entitle(name: string): void {
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
    window.addEventListener("pagehide", () => saving.hurry());
    window.addEventListener("beforeunload", (event) => {
      if (!saving.isClean) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") return saving.hurry();
      socket.retry();
      void documents.refresh();
      void documents.catchUp();
    });
  }
}

const token = takeToken();
if (token !== null) run(token);
else document.body.replaceChildren(Object.assign(document.createElement("p"), { className: "no-page", textContent: NO_TOKEN }));
