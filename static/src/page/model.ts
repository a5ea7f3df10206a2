/** The model at the writer's hand: asked, its answers reviewed, its words remembered, and what it reads ahead. */

import type { Extension } from "@codemirror/state";
import type { ViewUpdate } from "@codemirror/view";

import { accepted } from "../accepted";
import { foundField } from "../aim";
import { type Ask, createAsk } from "../ask";
import { type Attribution, createAttribution } from "../attribution";
import { type CaretText, createCaretText } from "../caret";
import { createCaretSwitch } from "../caret-switch";
import { byId } from "../dom";
import { caretPoint } from "../menus";
import { later, type Later } from "../later";
import { createModels, type Models } from "../models";
import { createModelView, type ModelView, offerLabel } from "../model";
import { READ_MS, UNDO_MS } from "../notices";
import { currentProposal, isWriting, proposalsOf } from "../proposal";
import type { Action } from "../protocol";
import { createReceipts, type Receipts } from "../receipts";
import { review } from "../review";
import { createRewriting, type Rewriting } from "../rewriting";
import { createEnglish } from "../english";
import type { SpellingDialog } from "../spelling-dialog";
import { createUnderlines, type Underlining } from "../underlines";
import { Warming } from "../warming";
import type { Page } from "./page";

const AWAY = "The server is away, so the spelling cannot be set at the moment.";

export interface ModelWing {
  readonly model: ModelView;
  readonly models: Models;
  readonly rewriting: Rewriting;
  readonly warming: Warming;
  readonly underlines: Underlining;
  readonly spelling: Later<SpellingDialog>;
  readonly caret: CaretText;
  readonly caretText: ReturnType<typeof createCaretSwitch>;
  readonly receipts: Receipts;
  readonly attribution: Attribution;
  readonly ask: Ask;
  modelExtensions(): Extension;
  modelUpdated(update: ViewUpdate): void;
  /** Ask for it; else the writer is told why not. */
  act(action: Action, instruction?: string): void;
  /** Else the writer is told why, and what gets one. */
  modelIsThere(): boolean;
  /** Let the model shorten what stands there. */
  shortenAt(from: number, to: number): void;
  copySuggestion(): void;
  /** What a writer asks for in words of their own. */
  askFor(instruction: string): void;
}

const ASK: Action = { name: "ask", label: "Ask AI", scope: "replace" };
const LANGUAGES = ["English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Polish", "Ukrainian", "Japanese"];

export function modelWing(page: Page): ModelWing {
  const { api, clock, dialogs, notices, view } = page;
  const send = page.send;

  const model = createModelView(byId("model"), (name) => send({ type: "pull", model: name }));
  const models = createModels({ api, dialogs, notices, send, sendsTo: () => model.sendsTo });
  const rewriting = createRewriting(view, send, (text, tone, reasons = []) =>
    notices.show("model", { text, tone, list: reasons.map((label) => ({ label })), ...(tone === "plain" && reasons.length === 0 && { passes: READ_MS }) }),
    (choices, chosen) => page.menus.choose("Choose one", choices, chosen),
    (doc) => english.of(doc).replace("off", ""),
  );
  const warming = new Warming(clock, send, () => model.obstacle === null && !isWriting(view.state));
  const name = () => page.documents.workspace + "/" + page.titled();
  const english = createEnglish(name, () => page.preferences.values.dialect);
  const underlines = createUnderlines({
    clock,
    view: () => view,
    send,
    document: () => page.saving.name,
    isFree: () => !page.documents.isLocked && !page.isPlain(),
    english: english.of,
    learn,
    open: (content) => page.menus.open(content, caretPoint(view)),
    announce: (text) => notices.show("problems", { text, passes: READ_MS }),
  });
  const caretText = createCaretSwitch(byId("caret-text"), name, () => page.preferences.values.caret_text);
  const spellingParts = { api, dialogs, english, document: () => view.state.doc, changed: underlines.restart };
  const spelling = later(async () => (await import("../spelling-dialog")).createSpellingDialog(spellingParts), () => notices.show("problems", { text: AWAY, tone: "error" }));
  const caret = createCaretText({
    clock,
    view: () => view,
    send,
    isOn: () => caretText.isOn,
    isFree: () => model.obstacle === null && !page.documents.isLocked && proposalsOf(view.state).length === 0,
    tell: (sentence) => notices.show("model", { text: sentence, passes: READ_MS }),
  });
  const receipts = createReceipts({
    api,
    view: () => view,
    document: () => ({ name: page.saving.name, exists: page.saving.etag !== null }),
    model: () => model.name,
    refused: (sentence) => notices.show("receipts", { text: `Not on record: ${sentence}`, tone: "error" }),
  });
  const attribution = createAttribution({ card: byId("receipt"), view: () => view, receipt: receipts.of, keyOf: (name) => page.keyOf(name) });
  const ask = createAsk(
    view,
    { box: byId("ask"), form: byId("ask-form"), input: byId("ask-input"), subject: byId("ask-subject"), history: byId("ask-history") },
    askFor,
  );

  function act(action: Action, instruction?: string): void {
    if (page.documents.isLocked) return notices.show("model", { text: "This document can only be read here." });
    if (!modelIsThere()) return;
    const beyond = model.beyond(action);
    if (beyond) return notices.show("model", { text: beyond, choices: [{ label: "Models…", run: () => (notices.hide("model"), void models.open()) }] });
    notices.hide("model");
    if (action.needs !== "language" || instruction) return rewriting.start(action, instruction);
    page.menus.choose("Translate to", LANGUAGES, (language) => language && rewriting.start(action, language));
  }

  function askFor(instruction: string): void {
    act(model.actions.find(({ name }) => name === "ask") ?? ASK, instruction);
  }

  function modelIsThere(): boolean {
    const { obstacle, offer } = model;
    if (obstacle === null) return true;
    const choices = offer ? [{ label: offerLabel(offer), run: () => (notices.hide("model"), model.pull(offer.name)) }] : [];
    notices.show("model", { text: obstacle, choices });
    return false;
  }

  function copySuggestion(): void {
    const suggestion = currentProposal(view.state)?.text;
    if (!suggestion) return;
    const copied = () => notices.show("model", { text: "The suggestion is on the clipboard.", passes: READ_MS });
    navigator.clipboard.writeText(suggestion).then(copied, () =>
      notices.show("model", { text: "The browser did not allow it; use its own keys to copy.", tone: "error" }),
    );
  }

  async function learn(word: string): Promise<boolean> {
    const result = await api.learn(word);
    if (!result.ok) {
      notices.show("problems", { text: result.failure.message, tone: "error" });
      return false;
    }
    const choices = [{ label: "Undo", run: () => (notices.hide("problems"), void api.unlearn(word).then(underlines.restart)) }];
    notices.show("problems", { text: `“${word}” is in your dictionary now.`, choices, passes: UNDO_MS });
    return true;
  }

  return {
    model,
    models,
    rewriting,
    warming,
    underlines,
    spelling,
    caret,
    caretText,
    receipts,
    attribution,
    ask,
    act,
    askFor,
    modelIsThere,
    copySuggestion,
    modelExtensions: () => [
      foundField,
      review({
        stop: rewriting.cancel,
        retry: rewriting.retry,
        refine: rewriting.refine,
        insertBelow: rewriting.insertBelow,
        copy: copySuggestion,
        keyOf: (name) => page.keyOf(name),
        speed: () => model.speed,
      }),
      accepted,
      underlines.extension,
      caret.extension,
      receipts.extension,
      attribution.extension,
    ],
    modelUpdated(update) {
      if (update.docChanged) {
        // It was about the words as they stood.
        notices.hide("problems");
        rewriting.updated(update);
        receipts.updated(update);
      }
      warming.updated(update);
      caret.updated(update);
      underlines.updated(update);
    },
    shortenAt(from, to) {
      view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.focus();
      act(model.actions.find(({ name }) => name === "shorten") ?? ASK, "Shorten this to one line of at most 200 characters.");
    },
  };
}
