/** The menu after `/` on an empty line: blocks, and what the model can write there. The focus stays in the text. */

import { type EditorState, Prec } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import type { Extension } from "@codemirror/state";

import type { Command } from "./commands/command";
import { keyLabel } from "./commands/keys";
import { h } from "./dom";
import { fit } from "./fuzzy";
import { place } from "./menu";
import { isVerbatim } from "./paragraph";

export interface SlashParts {
  /** An empty popover. */
  readonly popup: HTMLElement;
  view(): EditorView;
  commands(): readonly Command[];
  isOn(): boolean;
}

/** What it offers, in order; a command that is not there is left out. */
const OFFERED = [
  ...["heading", "bulleted-list", "numbered-list", "task-list", "quote", "table", "code-block", "footnote", "image", "picture"],
  ...["ask", "complete", "ai-summarise", "ai-headlines"],
];
const LIST = "slash-list";

/** Where a slash and the letters after it are all that stands in the caret's line; null where they are not. */
export function slashAt(state: EditorState): { readonly from: number; readonly to: number; readonly words: string } | null {
  const { main } = state.selection;
  const { from, to, text, number } = state.doc.lineAt(main.head);
  const words = /^\/([\p{L}\p{N}]{0,20})$/u.exec(text)?.[1];
  if (words === undefined || !main.empty || main.head !== to || isVerbatim(state.doc, number)) return null;
  return { from, to, words };
}

export function createSlash({ popup, view, commands, isOn }: SlashParts): Extension {
  let found: readonly Command[] = [];
  let active = 0;
  /** The line in which the menu was sent away. */
  let dismissed: number | null = null;
  popup.setAttribute("aria-label", "Insert");

  const isOpen = () => popup.matches(":popover-open");

  const close = () => {
    if (!isOpen()) return;
    popup.hidePopover();
    view().contentDOM.removeAttribute("aria-activedescendant");
    view().contentDOM.removeAttribute("aria-controls");
  };

  const activate = (index: number) => {
    active = (index + found.length) % found.length;
    const options = [...popup.querySelectorAll<HTMLElement>("[role=option]")];
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    view().contentDOM.setAttribute("aria-activedescendant", options[active]!.id);
    options[active]!.scrollIntoView({ block: "nearest" });
  };

  const choose = (command: Command | undefined) => {
    const at = slashAt(view().state);
    close();
    if (!at || !command) return;
    view().dispatch({ changes: { from: at.from, to: at.to }, userEvent: "delete" });
    view().focus();
    command.run();
  };

  const matching = (words: string) => {
    const all = OFFERED.flatMap((name) => commands().find((command) => command.name === name && command.obstacle() === "") ?? []);
    if (words === "") return all;
    const fits = all.flatMap((command) => {
      const own = fit(words, command.label)?.score;
      const other = (command.words ?? "").split(" ").some((word) => word.startsWith(words.toLowerCase())) ? 1 : undefined;
      return own === undefined && other === undefined ? [] : [{ command, score: own ?? 1 }];
    });
    return fits.sort((a, b) => b.score - a.score).map(({ command }) => command);
  };

  const show = ({ from, words }: { from: number; words: string }) => {
    found = matching(words);
    if (found.length === 0) return close();
    const rows = found.map((command, i) =>
      h(
        "div",
        { id: `slash-${i}`, role: "option", class: "row", "aria-selected": "false", pointermove: () => active !== i && activate(i), click: () => choose(command) },
        h("span", { class: "row-name" }, command.label),
        ...(command.key ? [h("kbd", {}, keyLabel(command.key))] : []),
      ),
    );
    popup.replaceChildren(h("div", { id: LIST, role: "listbox", class: "rows", "aria-label": "Insert", tabindex: "0" }, ...rows));
    if (!isOpen()) {
      popup.showPopover();
      view().contentDOM.setAttribute("aria-controls", LIST);
    }
    activate(0);
    follow(from);
  };

  /** Stay at the line, which a key may scroll, and go with it when it is scrolled away. */
  const follow = (from: number) =>
    view().requestMeasure({
      read(editor) {
        const line = editor.coordsAtPos(from);
        const seen = editor.scrollDOM.getBoundingClientRect();
        return line && line.bottom > seen.top && line.top < seen.bottom ? line : null;
      },
      write: (line) => (line ? set(line) : close()),
    });

  /** Below the line, or above where there is no room. */
  const set = ({ left, top, bottom }: { left: number; top: number; bottom: number }) => {
    place(popup, { x: left, y: bottom + 4, above: top - 4 });
  };

  const updated = (update: ViewUpdate) => {
    if (!update.docChanged && !update.selectionSet) return;
    const at = slashAt(update.state);
    if (!at) dismissed = null;
    const typed = update.transactions.some((each) => each.isUserEvent("input.type") || each.isUserEvent("delete.backward"));
    if (!at || !isOn() || dismissed === at.from) close();
    else if (typed) show(at);
    else if (!update.docChanged) close();
  };

  const keys: Record<string, () => void> = {
    ArrowDown: () => activate(active + 1),
    ArrowUp: () => activate(active - 1),
    Enter: () => choose(found[active]),
    Tab: () => choose(found[active]),
    Escape: () => {
      dismissed = slashAt(view().state)?.from ?? null;
      close();
    },
  };

  // A press must not take the focus from the text.
  popup.addEventListener("mousedown", (event) => event.preventDefault());

  return [
    EditorView.updateListener.of(updated),
    Prec.highest(
      EditorView.domEventHandlers({
        keydown(event) {
          const run = isOpen() && !event.isComposing && !event.ctrlKey && !event.metaKey && !event.altKey ? keys[event.key] : undefined;
          run?.();
          return run !== undefined;
        },
        blur: close,
        scroll() {
          const at = isOpen() && slashAt(view().state);
          if (at) follow(at.from);
        },
      }),
    ),
  ];
}
