/** The tools of a table, below the text while the caret is in one. Knows nothing of what they do. */

import { syntaxTree } from "@codemirror/language";
import { type EditorState, type Extension, StateField } from "@codemirror/state";
import { type EditorView, type Panel, showPanel, type ViewUpdate } from "@codemirror/view";

import { h, icon } from "./dom";
import { isInTable, placeIn, type TableCommand, tableCommands } from "./tables";

const GROUPS: readonly TableCommand["group"][] = ["Row", "Column", "Align"];

/** `keyOf` says how the key of a command is written, empty where it has none. */
export function tableBar(keyOf: (name: string) => string): Extension {
  const bar = (view: EditorView) => createBar(view, keyOf);
  return StateField.define<boolean>({
    create: isShown,
    update(was, { docChanged, selection, startState, state }) {
      return docChanged || selection || syntaxTree(startState) !== syntaxTree(state) ? isShown(state) : was;
    },
    provide: (field) => showPanel.from(field, (shown) => (shown ? bar : null)),
  });
}

function isShown(state: EditorState): boolean {
  return !state.readOnly && isInTable(state);
}

function createBar(view: EditorView, keyOf: (name: string) => string): Panel {
  const buttons = new Map(tableCommands.map((command) => [command, button(view, command, keyOf(command.name))]));
  const groups = GROUPS.map((group) =>
    h("div", { role: "group", "aria-label": group }, h("span", { "aria-hidden": "true" }, group), ...tableCommands.filter((command) => command.group === group).map((command) => buttons.get(command)!)),
  );
  const dom = h("div", { class: "table-bar", role: "toolbar", "aria-label": "Table" }, ...groups);
  const all = [...buttons.values()];
  all.forEach((each, i) => (each.tabIndex = i === 0 ? 0 : -1));
  dom.addEventListener("keydown", (event) => {
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") view.focus();
    else if (to === undefined) return;
    else focus(all, (to + all.length) % all.length);
    event.preventDefault();
    event.stopPropagation();
  });
  const show = () => {
    const place = placeIn(view.state);
    const align = place?.table.aligns[place.column] ?? "none";
    for (const [command, each] of buttons) if (command.align) each.setAttribute("aria-pressed", String(command.align === align));
  };
  show();
  return { dom, update: (update: ViewUpdate) => void ((update.docChanged || update.selectionSet) && show()) };
}

function focus(all: readonly HTMLButtonElement[], index: number): void {
  all.forEach((each, i) => (each.tabIndex = i === index ? 0 : -1));
  all[index]!.focus();
}

function button(view: EditorView, command: TableCommand, key: string): HTMLButtonElement {
  const title = [command.label, key].filter(Boolean).join("  ");
  const each = h("button", { type: "button", class: "icon-button", "aria-label": command.label, title }, icon(command.icon));
  // By pointer the caret stays where it is; by key the focus stays in the bar.
  each.addEventListener("pointerdown", (event) => event.preventDefault());
  each.addEventListener("click", () => void command.run(view));
  return each;
}
