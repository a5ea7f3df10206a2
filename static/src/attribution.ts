/** How the model's words are seen and handled: marks, a bar that counts them, a card on each with the way back. */

import { isolateHistory } from "@codemirror/commands";
import { type EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, type Panel, showPanel } from "@codemirror/view";

import { authorshipField, disown, type Stretch, stretchAt, stretchesOf, takingBack } from "./authorship";
import { h, icon } from "./dom";
import { place } from "./menu";
import type { Known } from "./receipts";
import { countWords } from "./status";
import { describeMoment } from "./timeline";

export interface AttributionParts {
  /** An empty popover, for the card. */
  readonly card: HTMLElement;
  view(): EditorView;
  receipt(id: string): Known | null;
  keyOf(command: string): string;
}

export interface Attribution {
  readonly extension: Extension;
  /** Show the marks or take them away. */
  toggle(): void;
  /** The card of the words at the caret; false where they are the writer's. */
  openCard(): boolean;
  /** Another document stands in the editor; what is shown stays shown. */
  opened(): void;
}

const setShown = StateEffect.define<boolean>();
const shownField = StateField.define<boolean>({
  create: () => false,
  update: (shown, { effects }) => effects.reduce((now, effect) => (effect.is(setShown) ? effect.value : now), shown),
});

const TAKEN_BACK = "Taken back; undo brings it again.";
const TOO_LATE = "You have rewritten these words since, so they cannot be taken back.";
const WITH_YOURS = "You have changed words in the midst of it; they go with it. Undo brings them back.";

export function createAttribution({ card, view, receipt, keyOf }: AttributionParts): Attribution {
  let shown = false;

  const show = (value: boolean) => {
    shown = value;
    view().dispatch({ effects: setShown.of(value) });
  };

  const isOpen = () => card.matches(":popover-open");
  const hide = () => isOpen() && card.hidePopover();
  const close = () => {
    hide();
    view().focus();
  };

  /** Whoever presses on the words may be about to write there: only the keyboard is led into the card. */
  const openAt = (stretch: Stretch, byKey: boolean) => {
    const { state } = view();
    card.replaceChildren(...contents(state, stretch));
    card.setAttribute("aria-label", "What the model wrote here");
    card.showPopover();
    const start = view().coordsAtPos(stretch.from, 1) ?? view().dom.getBoundingClientRect();
    const end = view().coordsAtPos(stretch.to, -1) ?? start;
    place(card, { x: start.left, y: end.bottom + 8, above: start.top - 8 });
    if (byKey) (card.querySelector<HTMLElement>(".primary:enabled") ?? card.querySelector("button"))?.focus();
  };

  const contents = (state: EditorState, { receipt: id }: Stretch): Node[] => {
    const known = receipt(id);
    const title = h("div", {}, h("strong", {}, known?.action ?? "The model wrote this"));
    const closing = h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: close }, icon("cross"));
    const header = h("header", {}, title, closing);
    if (!known) return [header];
    title.append(h("small", {}, [known.model, describeMoment(known.at)].filter(Boolean).join(" · ")));
    const back = state.readOnly ? null : takingBack(state.doc, stretchesOf(state), known);
    const note = back?.kind === "whole" || state.readOnly ? "" : back ? WITH_YOURS : TOO_LATE;
    const button = h("button", { type: "button", class: "primary", disabled: back === null, click: () => takeBack(known) }, "Take it back");
    return [
      header,
      ...(known.instruction ? [h("p", { class: "instruction" }, `“${known.instruction}”`)] : []),
      sourceOf(known),
      ...(note ? [h("p", { class: "quiet" }, note)] : []),
      h("footer", { class: "choices" }, button),
    ];
  };

  const takeBack = (known: Known) => {
    const { state } = view();
    const back = takingBack(state.doc, stretchesOf(state), known);
    close();
    if (!back) return;
    view().dispatch({
      changes: back.changes.map(({ from, to, insert }) => ({ from, to, insert })),
      effects: [disown.of(known.id), EditorView.announce.of(TAKEN_BACK)],
      annotations: isolateHistory.of("full"),
      userEvent: "input.takeback",
      scrollIntoView: true,
    });
  };

  const bar = (editor: EditorView): Panel => createBar(editor, keyOf, { hide: () => show(false), openCard });

  const openCard = (): boolean => {
    const stretch = stretchAt(view().state, view().state.selection.main.head);
    if (stretch) openAt(stretch, true);
    return stretch !== null;
  };

  card.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!card.contains(event.target as Node)) hide();
  });

  return {
    extension: [
      shownField,
      EditorView.decorations.compute([authorshipField, shownField], marks),
      showPanel.compute([shownField], (state) => (state.field(shownField) ? bar : null)),
      EditorView.domEventHandlers({
        keydown: (event) => {
          if (!isOpen()) return false;
          hide();
          return event.key === "Escape";
        },
        click(event, editor) {
          const on = (event.target as HTMLElement).closest(".authored");
          const at = on && editor.state.selection.main.empty ? editor.posAtCoords({ x: event.clientX, y: event.clientY }) : null;
          const stretch = at === null ? null : stretchAt(editor.state, at);
          if (stretch) openAt(stretch, false);
          return false;
        },
      }),
    ],
    toggle: () => show(!shown),
    openCard,
    opened: () => view().state.field(shownField) !== shown && show(shown),
  };
}

function sourceOf({ source }: Known): HTMLElement {
  if (source.trim() === "") return h("p", { class: "quiet" }, "It was added; nothing of yours stood here.");
  return h("div", { class: "source" }, h("small", {}, "You had written"), h("blockquote", { dir: "auto" }, source.trim()));
}

const AUTHORED = Decoration.mark({ class: "authored" });

function marks(state: EditorState) {
  if (!state.field(shownField)) return Decoration.none;
  return Decoration.set(stretchesOf(state).map(({ from, to }) => AUTHORED.range(from, to)));
}

/** Passages of the model's words: stretches with nothing but white space between them are read as one. */
function passages(state: EditorState): { readonly from: number; readonly to: number }[] {
  const all: { from: number; to: number }[] = [];
  for (const { from, to } of stretchesOf(state)) {
    const last = all.at(-1);
    if (last && !/\S/.test(state.sliceDoc(last.to, from))) last.to = to;
    else all.push({ from, to });
  }
  return all;
}

/** `The model wrote 48 of 402 words (12 %)`. */
function describeShare(state: EditorState): string {
  const all = countWords(state.doc.toString());
  const theirs = stretchesOf(state).reduce((sum, { from, to }) => sum + countWords(state.sliceDoc(from, to)), 0);
  if (theirs === 0) return "No words here are the model’s.";
  const percent = Math.min(100, Math.round((100 * theirs) / Math.max(1, all)));
  return `The model wrote ${theirs.toLocaleString("en")} of ${all.toLocaleString("en")} words (${percent < 1 ? "less than 1" : percent} %)`;
}

function createBar(view: EditorView, keyOf: (command: string) => string, { hide, openCard }: { hide(): void; openCard(): boolean }): Panel {
  const share = h("strong", { role: "status" });
  const go = (direction: 1 | -1) => {
    const all = passages(view.state);
    const { head } = view.state.selection.main;
    const next = direction === 1 ? all.find(({ from }) => from > head) : all.findLast(({ to }) => to < head);
    const to = next ?? all.at(direction === 1 ? 0 : -1);
    if (!to) return;
    view.dispatch({ selection: { anchor: to.from }, effects: EditorView.scrollIntoView(to.from, { y: "nearest", yMargin: 96 }) });
    view.focus();
  };
  const step = (label: string, name: string, direction: 1 | -1) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click: () => go(direction) }, icon(name));
  const moves = [
    step("Previous passage", "up", -1),
    step("Next passage", "down", 1),
    h("button", { type: "button", title: keyOf("receipt"), click: () => openCard() || (go(1), openCard()) }, "About it…"),
  ];
  const hiding = h("button", { type: "button", title: keyOf("authorship"), click: () => (hide(), view.focus()) }, "Hide");
  const choices = h("span", { class: "choices" }, ...moves, hiding);
  const dom = h("section", { class: "authorship-bar", "aria-label": "What the model wrote" }, share, choices);

  let timer: number | undefined;
  const render = () => {
    share.textContent = describeShare(view.state);
    for (const button of moves) button.hidden = stretchesOf(view.state).length === 0;
  };
  render();
  return {
    dom,
    update(update) {
      if (!update.docChanged && update.startState.field(authorshipField) === update.state.field(authorshipField)) return;
      window.clearTimeout(timer);
      // Counting a long text takes longer than a key may.
      timer = window.setTimeout(render, 250);
    },
    destroy: () => window.clearTimeout(timer),
  };
}
