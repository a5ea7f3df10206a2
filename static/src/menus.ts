/** What stands in the page's menus: on the text, and behind the buttons of the top bar. */

import type { EditorView } from "@codemirror/view";

import { type Command, menuItems } from "./commands/command";
import { keyLabel } from "./commands/keys";
import type { Filing } from "./filing";
import type { Menu, MenuContent, MenuItem, Point } from "./menu";
import { type ModelView, offerLabel } from "./model";
import type { Action } from "./protocol";
import { describeAim } from "./aim";
import { folderOf, type Row } from "./tree";

export interface MenuParts {
  readonly view: EditorView;
  readonly menu: Menu;
  readonly model: ModelView;
  commands(): readonly Command[];
  act(action: Action): void;
  /** One of the model's actions is about to be chosen. */
  choosing(): void;
  /** What can be done about a problem at the caret. */
  fixesAt(position: number): readonly MenuItem[];
  /** What the list of documents has. */
  readonly filing: Filing;
  history(name: string): void;
  open(name: string): void;
  focusList(): void;
}

export interface Menus {
  /** One that another module has made. */
  open(content: MenuContent, at: Point): void;
  onText(at: Point): void;
  ai(button: HTMLElement): void;
  format(button: HTMLElement): void;
  export(button: HTMLElement): void;
  /** One of `labels`; null where it was closed. */
  choose(label: string, labels: readonly string[], chosen: (label: string | null) => void): void;
  /** What can be done to the open document. */
  document(button: HTMLElement): void;
  /** What can be done to a row of the list of documents. */
  onRow(row: Row, at: Point | HTMLElement): void;
  /** What has no button of its own, or none that has room on this screen. */
  more(button: HTMLElement, unseen: readonly Command[]): void;
}

/** What the menu on the text has room for; the rest is behind "Format". */
const AT_HAND = ["bold", "italic", "link", "heading", "bulleted-list", "quote"];
const CLIPBOARD = ["cut", "copy", "paste", "paste-plain"];
const AT_DOCUMENT = ["rename", "duplicate", "move"];
const OF_DOCUMENT = ["details", "history", "authorship"];
const AT_WORKSPACE = ["new-document", "import", "search-documents", "trash"];
const EVERYWHERE = ["palette", "find", "headings", "settings"];
const UNDISTURBED = ["zen", "typewriter", "focus"];
const OWN_MENU = "Shift + right-click: the browser’s menu";

export function createMenus({ view, menu, model, commands, act, choosing, fixesAt, filing, history, open, focusList }: MenuParts): Menus {
  const aiGroups = (): MenuItem[][] => {
    const disabled = model.obstacle !== null;
    const actions = model.actions
      .filter(({ name }) => name !== "ask")
      .map((action) => ({
        label: action.label,
        disabled,
        ...(action.key && { key: keyLabel(action.key) }),
        ...(model.beyond(action) && { obstacle: "larger model" }),
        run: () => act(action),
      }));
    const asking = named(["ask"]).map((item) => ({ ...item, disabled }));
    const { offer } = model;
    const getting = offer && disabled ? [{ label: offerLabel(offer), run: () => model.pull(offer.name) }] : [];
    return [getting, [...actions, ...asking], named(["models"])];
  };
  const note = () => model.obstacle ?? describeAim(view.state);
  const focus = () => view.focus();

  return {
    open: (content, at) => menu.open(content, at, focus),
    onText(at) {
      choosing();
      const groups = [fixesAt(view.state.selection.main.head), ...aiGroups(), named(AT_HAND), named(CLIPBOARD)];
      menu.open({ label: "Text", groups, hint: OWN_MENU, note: note() }, at, focus);
    },
    ai(button) {
      choosing();
      menu.open({ label: "AI", groups: [...aiGroups(), named(["complete", "caret-text"]), named(["authorship", "underlines", "spelling"])], note: note() }, button, focus);
    },
    format(button) {
      menu.open({ label: "Format", groups: [grouped("text"), grouped("blocks")] }, button, focus);
    },
    export(button) {
      menu.open({ label: "Export", groups: [grouped("export")] }, button, focus);
    },
    choose(label, labels, chosen) {
      let run = () => chosen(null);
      const items = labels.map((each) => ({ label: each, run: () => void (run = () => chosen(each)) }));
      // The menu closes before what was chosen in it is done.
      const close = () => (view.focus(), queueMicrotask(() => run()));
      menu.open({ label, note: label, groups: [items] }, caretPoint(view), close);
    },
    document(button) {
      const groups = [named(AT_DOCUMENT), named(OF_DOCUMENT), named(["delete"]), named(AT_WORKSPACE)];
      menu.open({ label: "Document", groups }, button, focus);
    },
    onRow({ kind, name, title }, at) {
      menu.open({ label: title, groups: kind === "folder" ? folderItems(name) : documentItems(name) }, at, focusList);
    },
    more(button, unseen) {
      const groups = [menuItems(unseen), named(EVERYWHERE), named(UNDISTURBED)];
      menu.open(unseen.length > 0 ? { label: "More", note: "Export", groups: [grouped("export"), ...groups] } : { label: "More", groups }, button, focus);
    },
  };

  function folderItems(path: string): MenuItem[][] {
    return [
      [
        { label: "New document here…", run: () => void filing.create(path) },
        { label: "Rename…", key: "F2", run: () => void filing.renameFolder(path) },
      ],
      [{ label: "Delete…", key: "Delete", run: () => void filing.removeFolder(path) }],
    ];
  }

  function documentItems(name: string): MenuItem[][] {
    return [
      [{ label: "Open", key: keyLabel("Enter"), run: () => open(name) }],
      [
        { label: "Rename…", key: "F2", run: () => void filing.rename(name) },
        { label: "Duplicate", run: () => void filing.duplicate(name) },
        { label: "Move to a folder…", run: () => void filing.move(name) },
        { label: "History…", run: () => history(name) },
      ],
      [{ label: "New document beside it…", run: () => void filing.create(folderOf(name)) }],
      [{ label: "Delete", key: "Delete", run: () => void filing.remove(name) }],
    ];
  }

  function grouped(group: Command["group"]): MenuItem[] {
    return menuItems(commands().filter((command) => command.group === group));
  }

  function named(names: readonly string[]): MenuItem[] {
    return menuItems(commands().filter(({ name }) => names.includes(name)));
  }
}

/** The place of the caret in the window, for a menu that was called by key. */
export function caretPoint(view: EditorView): Point {
  const caret = view.coordsAtPos(view.state.selection.main.head);
  const box = view.dom.getBoundingClientRect();
  return caret ? { x: caret.left, y: caret.bottom + 4, above: caret.top - 4 } : { x: box.left + 32, y: box.top + 32 };
}

/** What is right-clicked is what is meant, unless it is selected already. */
export function moveCaretTo(view: EditorView, point: Point): void {
  const at = view.posAtCoords(point);
  const { main } = view.state.selection;
  if (at !== null && (at < main.from || main.to < at)) view.dispatch({ selection: { anchor: at } });
}
