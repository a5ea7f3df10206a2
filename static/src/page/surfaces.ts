/** What a writer reaches everything by: the commands, their keys and buttons, and the menus. */

import { bind, type Command, connectButtons, unseen } from "../commands/command";
import { keyLabel } from "../commands/keys";
import { COMMANDS, type Parts } from "../commands/registry";
import { byId, metadata } from "../dom";
import { showHelp } from "../help";
import { focusNext } from "../layout";
import { createMenu } from "../menu";
import { createMenus, type Menus } from "../menus";
import { cycleTheme, nameTheme, storedTheme } from "../theme";
import type { Page } from "./page";

export interface SurfacesWing {
  readonly commands: readonly Command[];
  readonly menus: Menus;
  /** How the key of the command `name` is written; empty where it has none. */
  keyOf(name: string): string;
}

const CLIPBOARD_REFUSED = "The browser did not allow it; use its own keys for cut, copy and paste.";

export function surfacesWing(page: Page): SurfacesWing {
  const { filing, history, model, openFromList, sidebar, underlines, view, warming } = page;
  const commands: readonly Command[] = bind(COMMANDS, partsOf(page, () => commands));
  const menus = createMenus({
    view,
    menu: createMenu(byId("menu")),
    model,
    commands: () => commands,
    act: page.act,
    choosing: () => warming.choosing(view.state),
    fixesAt: underlines.fixesAt,
    filing,
    history: (name) => void openFromList(name).then(history.open),
    open: (name) => void openFromList(name),
    focusList: sidebar.focus,
  });
  connectButtons(document, commands);
  nameTheme(byId("theme-button"), storedTheme());
  const opens: Record<string, (button: HTMLElement) => void> = {
    "ai-button": menus.ai,
    "format-button": menus.format,
    "export-button": menus.export,
    "title-button": menus.document,
    "more-button": (button) => menus.more(button, unseen(commands)),
  };
  for (const [id, open] of Object.entries(opens)) byId(id).addEventListener("click", () => open(byId(id)));

  return {
    commands,
    menus,
    keyOf(name) {
      const key = commands.find((command) => command.name === name)?.key;
      return key === undefined ? "" : keyLabel(key);
    },
  };
}

/** What the commands need of the page. */
function partsOf(page: Page, commands: () => readonly Command[]): Parts {
  const { attribution, caret, caretText, dialogs, download, filing, history, intake, layout, models, notices, outline, rewriting } = page;
  const { saving, search, trash, uncover, underlines, view, warming, withOpen } = page;
  return {
    view,
    get exporting() {
      return page.exporting;
    },
    askAi() {
      if (!page.modelIsThere()) return;
      warming.choosing(view.state);
      page.ask.open();
    },
    openMenu: page.openTextMenu,
    stopModel: rewriting.cancel,
    retry: rewriting.retry,
    insertBelow: rewriting.insertBelow,
    copySuggestion: page.copySuggestion,
    complete: () => page.modelIsThere() && caret.ask(),
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
    outline,
    toggleAuthorship: attribution.toggle,
    openReceipt: attribution.openCard,
    trash: () => void trash.open(),
    openModels: () => void models.open(),
    toggleDocuments: layout.toggleDocuments,
    cycleLayout: layout.cycle,
    cycleTheme: () => nameTheme(byId("theme-button"), cycleTheme()),
    nextPane: () => focusNext([view.contentDOM, byId("preview"), byId("documents-search"), byId("documents-list"), byId("outline-list")]),
    help: () => void showHelp(dialogs, commands(), metadata("version")),
    paste: intake.paste,
    pickFiles: intake.pick,
    download: () => void download.one(),
    downloadAll: () => void download.all(),
    clipboardRefused: () => notices.show("export", { text: CLIPBOARD_REFUSED, tone: "error" }),
  };
}
