/** The text and its preview: the editor with what other wings bring into it, and what follows each change. */

import { EditorView, keymap, type ViewUpdate } from "@codemirror/view";

import { byId, metadata } from "../dom";
import { createEditor, type Editor } from "../editor";
import { createLayout, type Layouts } from "../layout";
import { caretPoint, moveCaretTo } from "../menus";
import { createPreview, type Preview } from "../preview";
import { createPreviewing, type Previewing } from "../previewing";
import { createRepairOffer } from "../repair";
import { keepInStep } from "../scroll";
import { caretInSight, keepAboveKeyboard } from "../sight";
import { createLength } from "../status";
import type { Page } from "./page";
import { inItsTongue } from "../tongue";

export interface WritingWing {
  readonly editor: Editor;
  readonly view: EditorView;
  text(): string;
  readonly preview: Preview;
  readonly previewing: Previewing;
  readonly scroll: ReturnType<typeof keepInStep>;
  readonly layout: Layouts;
  readonly length: ReturnType<typeof createLength>;
  readonly repairs: ReturnType<typeof createRepairOffer>;
  openTextMenu(): boolean;
}

export function writingWing(page: Page): WritingWing {
  const editor = createEditor(byId("editor"), metadata("csp-nonce"), () => [
    page.surfaceExtensions(),
    page.keyboard.extension,
    keymap.of([{ key: "ContextMenu", run: openTextMenu }]),
    page.modelExtensions(),
    page.structureExtensions,
    page.intake.extension,
    inItsTongue(byId("article")),
    caretInSight,
    page.modes.extension,
    EditorView.updateListener.of(updated),
    EditorView.domEventHandlers({ contextmenu }),
  ]);
  const { view } = editor;
  const text = () => view.state.doc.toString();
  const previewing = createPreviewing(
    {
      send: (message) => page.send(message),
      text: () => view.state.doc,
      show: (message, current) => preview.receive(message, current),
    },
    page.clock,
  );
  const preview = createPreview(byId("article"), {
    image: page.api.image,
    mayLoad: (origin) => page.pictures.may(origin),
    remote: (origins) => page.pictures.found(origins),
    goTo: (line) => scroll.goTo(line),
    openDocument: (name) => void page.documents.open(name),
    paused: (message) => (byId("preview-state").textContent = message),
    patched: () => scroll.settle(),
    grown: () => scroll.moved(),
  });
  const scroll = keepInStep({ view, preview: byId("preview"), anchors: preview.anchors });
  keepAboveKeyboard(document.documentElement);
  const layout = createLayout(
    {
      root: document.body,
      buttons: [...document.querySelectorAll<HTMLButtonElement>("button.layout")],
      documents: byId("documents"),
      documentsButton: byId("documents-button"),
    },
    () => requestAnimationFrame(scroll.align),
  );
  const length = createLength(byId("length"), () => view.state);
  const repairs = createRepairOffer(view, page.notices, page.dialogs);

  function updated(update: ViewUpdate): void {
    if (update.docChanged) {
      page.saving.changed(update.state.doc);
      page.drafts.changed();
      if (!page.isPlain()) previewing.changed();
      repairs.updated(update);
      if (update.transactions.some((transaction) => transaction.isUserEvent("input.type"))) document.body.dataset["typing"] = "";
    }
    if (view.dom.querySelector(":scope > .cm-panels")) delete document.body.dataset["typing"];
    if (update.docChanged || update.selectionSet) length.changed();
    page.structureUpdated(update);
    page.modelUpdated(update);
  }

  function contextmenu(event: MouseEvent): boolean {
    if (event.shiftKey) return false;
    event.preventDefault();
    const point = { x: event.clientX, y: event.clientY };
    moveCaretTo(view, point);
    page.menus.onText(point);
    return true;
  }

  function openTextMenu(): boolean {
    page.menus.onText(caretPoint(view));
    return true;
  }

  return { editor, view, text, preview, previewing, scroll, layout, length, repairs, openTextMenu };
}
