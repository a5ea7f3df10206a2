/** What a writer reaches everything by: the commands, their keys and buttons, and the menus. */

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import { type Bubble, createBubble } from "../bubble";
import { actionCommands } from "../commands/actions";
import { bind, type Command, connectButtons, nameButtons, unseen } from "../commands/command";
import { createKeyboard, type Keyboard, withOwnKeys } from "../commands/keyboard";
import { keyLabel } from "../commands/keys";
import { COMMANDS, type Parts } from "../commands/registry";
import { byId, metadata } from "../dom";
import { showHelp } from "../help";
import { askImage } from "../image-dialog";
import { focusNext } from "../layout";
import { createMenu } from "../menu";
import { createMenus, type Menus } from "../menus";
import { later, type Later } from "../later";
import { READ_MS } from "../notices";
import { createPalette, type Palette } from "../palette";
import { headingsOf } from "../sections";
import type { SettingsDialog, SettingsDialogParts } from "../settings-dialog";
import { createSlash } from "../slash";
import { nameTheme, nextTheme, storedTheme, useTheme } from "../theme";
import type { Settings } from "../protocol";
import type { Page } from "./page";

const AWAY = "The server is away, so the settings cannot be opened at the moment.";

export interface SurfacesWing {
  /** All of them, with the writer's own keys. */
  commands(): readonly Command[];
  /** What can be asked of the model, or a key, is another one now. */
  commandsChanged(): void;
  readonly keyboard: Keyboard;
  readonly palette: Palette;
  readonly menus: Menus;
  readonly bubble: Bubble;
  surfaceExtensions(): Extension;
  readonly settingsDialog: Later<SettingsDialog>;
  /** Do as the writer likes it from now on. */
  settingsChanged(settings: Settings): void;
  /** The help at the start, where the writer wants it. */
  welcomeWriter(): void;
  help(): void;
  /** How the key of the command `name` is written; empty where it has none. */
  keyOf(name: string): string;
}

const CLIPBOARD_REFUSED = "The browser did not allow it; use its own keys for cut, copy and paste.";
/** What a new workspace begins with. */
const WELCOME = "Welcome.md";
/** What a palette may wait for the headings of a long document, in milliseconds. */
const PATIENCE_MS = 100;

export function surfacesWing(page: Page): SurfacesWing {
  const { dialogs, filing, history, model, notices, openFromList, preferences, sidebar, underlines, view, warming } = page;
  const fixed = bind(COMMANDS, partsOf(page));
  let all = fixed;
  const commands = () => all;
  const palette = createPalette({
    dialog: byId("palette"),
    commands,
    documents: () => page.documents.entries.map(({ name }) => name),
    headings: () => headingsOf(view.state, PATIENCE_MS) ?? [],
    openDocument: (name) => void openFromList(name),
    goTo(position) {
      view.dispatch({ selection: { anchor: position }, effects: EditorView.scrollIntoView(position, { y: "start", yMargin: 48 }) });
      view.focus();
    },
    ask: page.askFor,
    tell: (sentence) => notices.show("command", { text: sentence, passes: READ_MS }),
  });
  const menu = createMenu(byId("menu"));
  const menus = createMenus({
    view,
    menu,
    model,
    commands,
    act: page.act,
    choosing: () => warming.choosing(view.state),
    fixesAt: underlines.fixesAt,
    filing,
    history: (name) => void openFromList(name).then(() => history.use((dialog) => void dialog.open())),
    open: (name) => void openFromList(name),
    focusList: sidebar.focus,
  });
  const opens: Record<string, (button: HTMLElement) => void> = {
    "ai-button": menus.ai,
    "format-button": menus.format,
    "export-button": menus.export,
    "title-button": menus.document,
    "more-button": (button) => menus.more(button, unseen(all)),
  };

  /** Those that the model can be asked for as well. */
  function commandsChanged(): void {
    all = withOwnKeys([...fixed, ...actionCommands(model.actions, page.act)], preferences.values.keys);
    nameButtons(document, all);
  }

  function settingsChanged(settings: Settings): void {
    useTheme(settings.theme);
    nameTheme(byId("theme-button"), settings.theme);
    const { style } = document.documentElement;
    style.setProperty("--text-size", String(settings.text_size / 100));
    style.setProperty("--measure", `${settings.measure}ch`);
    underlines.use(settings.underlines);
    page.caretText.turned();
    page.saving.pace(settings.autosave === 0 ? Infinity : settings.autosave * 1000);
    commandsChanged();
    settingsDialog.now?.changed();
    // A tab that nobody looks at goes by it when it opens the next document.
    if (document.visibilityState === "visible") page.pictures.settle();
  }

  const slash = createSlash({ popup: byId("slash"), view: () => view, commands, isOn: () => preferences.values.slash_menu && !view.state.readOnly });
  const bubble = createBubble({ bar: byId("bubble"), view: () => view, commands, isOn: () => preferences.values.bubble && !menu.isOpen, openAi: menus.ai });
  const help = () => void showHelp(dialogs, all, metadata("version"), page.model.sendsTo, preferences);
  const settingsDialog = later(async () => (await import("../settings-dialog")).createSettingsDialog(settingsParts), () => notices.show("settings", { text: AWAY, tone: "error" }));
  const settingsParts: SettingsDialogParts = {
    api: page.api,
    dialog: byId("settings"),
    preferences,
    commands: () => withOwnKeys([...fixed, ...actionCommands(model.actions, page.act)], {}),
    modelName: () => model.name,
    openModels: () => void page.models.open(),
    done: (sentence) => notices.show("settings", { text: sentence, passes: READ_MS }),
  };

  let isWelcomed = false;
  function welcomeWriter(): void {
    // Called when either is there; the documents and the settings come in no order.
    if (isWelcomed || !preferences.areKnown || page.saving.name === null) return;
    const { help_at_start: when } = preferences.values;
    const isNew = page.documents.entries.length === 1 && page.saving.name === WELCOME;
    if (when === "always" || (when === "first" && isNew)) help();
    isWelcomed = true;
  }

  connectButtons(document, commands);
  nameTheme(byId("theme-button"), storedTheme());
  for (const [id, open] of Object.entries(opens)) byId(id).addEventListener("click", () => open(byId(id)));
  commandsChanged();

  return {
    commands,
    commandsChanged,
    keyboard: createKeyboard(commands),
    palette,
    menus,
    bubble,
    surfaceExtensions: () => [slash, bubble.extension],
    settingsDialog,
    settingsChanged,
    welcomeWriter,
    help,
    keyOf(name) {
      const key = all.find((command) => command.name === name)?.key;
      return key === undefined ? "" : keyLabel(key);
    },
  };
}

/** What the commands need of the page. */
function partsOf(page: Page): Parts {
  const { attribution, caret, caretText, download, filing, history, intake, layout, models, notices, outline, preferences, rewriting } = page;
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
    history: () => history.use((dialog) => void dialog.open()),
    fixProblem: underlines.fix,
    underlines,
    openSpelling: () => page.spelling.use((dialog) => void dialog.open()),
    outline,
    details: page.details,
    askImage: () => void askImage(view, page.dialogs),
    toggleAuthorship: attribution.toggle,
    openReceipt: attribution.openCard,
    trash: () => trash.use((dialog) => void dialog.open()),
    openModels: () => void models.open(),
    toggleDocuments: layout.toggleDocuments,
    cycleLayout: layout.cycle,
    cycleTheme: () => void preferences.change({ theme: nextTheme(preferences.values.theme) }),
    toggleUnderlines: () => void preferences.change({ underlines: !underlines.isOn }),
    enterBubble: () => page.bubble.enter(),
    openSettings: () => page.settingsDialog.use((dialog) => void dialog.open()),
    nextPane: () => focusNext([view.contentDOM, byId("preview"), byId("documents-search"), byId("documents-list"), byId("outline-list")]),
    modes: page.modes,
    pictures: page.pictures,
    showLine: page.scroll.showLine,
    help: () => page.help(),
    openPalette: (prefix) => page.palette.open(prefix),
    paste: intake.paste,
    pickFiles: intake.pick,
    download: () => void download.one(),
    downloadAll: () => void download.all(),
    clipboardRefused: () => notices.show("export", { text: CLIPBOARD_REFUSED, tone: "error" }),
  };
}
