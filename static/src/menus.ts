/** What stands in the page's three menus: on the text, behind "AI" and behind "Export". */

import type { EditorView } from "@codemirror/view";

import { type Command, menuItems } from "./commands";
import type { Menu, MenuItem, Point } from "./menu";
import { type ModelView, offerLabel } from "./model";
import type { Action } from "./protocol";

export interface MenuParts {
  readonly view: EditorView;
  readonly menu: Menu;
  readonly model: ModelView;
  commands(): readonly Command[];
  act(action: Action): void;
}

export interface Menus {
  onText(at: Point): void;
  ai(button: HTMLElement): void;
  export(button: HTMLElement): void;
}

const OWN_MENU = "Shift + right-click: the browser’s menu";

export function createMenus({ view, menu, model, commands, act }: MenuParts): Menus {
  const aiGroups = (): MenuItem[][] => {
    const disabled = model.obstacle !== null;
    const actions = model.actions
      .filter(({ name }) => name !== "ask")
      .map((action) => ({ label: action.label, disabled, run: () => act(action) }));
    const asking = menuItems(commands().filter(({ name }) => name === "ask")).map((item) => ({ ...item, disabled }));
    const { offer } = model;
    const getting = offer && disabled ? [{ label: offerLabel(offer), run: () => model.pull(offer.name) }] : [];
    return [getting, [...actions, ...asking]];
  };
  const note = () => (model.obstacle === null ? {} : { note: model.obstacle });
  const focus = () => view.focus();

  return {
    onText(at) {
      const groups = [...aiGroups(), menuItems(groupOf("text")), menuItems(groupOf("blocks")), menuItems(groupOf("clipboard"))];
      menu.open({ label: "Text", groups, hint: OWN_MENU, ...note() }, at, focus);
    },
    ai(button) {
      menu.open({ label: "AI", groups: aiGroups(), ...note() }, button, focus);
    },
    export(button) {
      menu.open({ label: "Export", groups: [menuItems(groupOf("export"))] }, button, focus);
    },
  };

  function groupOf(group: Command["group"]): Command[] {
    return commands().filter((command) => command.group === group);
  }
}

/** The place of the caret in the window, for a menu that was called by key. */
export function caretPoint(view: EditorView): Point {
  const caret = view.coordsAtPos(view.state.selection.main.head);
  const box = view.dom.getBoundingClientRect();
  return caret ? { x: caret.left, y: caret.bottom + 4 } : { x: box.left + 32, y: box.top + 32 };
}
