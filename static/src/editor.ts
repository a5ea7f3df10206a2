/** The CodeMirror set-up: Markdown as text, spelling, history, search. Knows nothing of documents or the model. */

import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightSpecialChars,
  keymap,
  placeholder,
} from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

import { type Change, diffWords } from "./diff";
import { directionByLine } from "./direction";
import { find } from "./find";
import { wrapSelection } from "./formatting";
import { language } from "./language";
import { overtyping } from "./overtyping";
import { structure } from "./structure";

/** Class names only: colours and faces are the style sheet's. */
const highlighter = tagHighlighter([
  { tag: tags.heading, class: "tok-heading" },
  { tag: tags.strong, class: "tok-strong" },
  { tag: tags.emphasis, class: "tok-emphasis" },
  { tag: tags.strikethrough, class: "tok-strikethrough" },
  { tag: tags.link, class: "tok-link" },
  { tag: [tags.url, tags.labelName], class: "tok-url" },
  { tag: tags.monospace, class: "tok-code" },
  { tag: tags.quote, class: "tok-quote" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.meta, tags.atom], class: "tok-mark" },
  { tag: [tags.comment, tags.punctuation, tags.angleBracket], class: "tok-quiet" },
  { tag: [tags.keyword, tags.tagName, tags.operatorKeyword], class: "tok-keyword" },
  { tag: [tags.string, tags.attributeValue, tags.regexp], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: [tags.propertyName, tags.attributeName, tags.definition(tags.variableName)], class: "tok-name" },
  { tag: [tags.typeName, tags.className, tags.function(tags.variableName)], class: "tok-type" },
]);

/** Changes that a lock lets through. */
const REPLACED = "input.disk";
const LOCKED: Extension = [
  EditorState.readOnly.of(true),
  EditorState.transactionFilter.of((transaction) =>
    transaction.docChanged && !transaction.isUserEvent(REPLACED) ? [] : transaction,
  ),
  // A finger that sets the caret should not bring up the keyboard.
  EditorView.contentAttributes.of({ inputmode: "none" }),
];

export interface Editor {
  readonly view: EditorView;
  /** Show `text` as the document `name`; its undo history returns when the text is what was left. */
  show(name: string, text: string): void;
  /** The document goes by another name from now on. */
  renamed(name: string): void;
  /**
   * Make `text` the document, as one step that undo takes back. Only the words that differ are touched, so that caret
   * and scroll stay where they are. It is done even while the editor is locked.
   */
  replace(text: string): void;
  /** While locked, the document can be read and copied only; to be said of each document that is shown. */
  lock(locked: boolean): void;
}

/**
 * An empty editor, dead until the first document is shown. `extensions` are the parts that other modules bring, asked
 * for when that happens, because those modules need the editor themselves; their keys go before the editor's own.
 */
export function createEditor(parent: HTMLElement, nonce: string, extensions: () => Extension): Editor {
  let all: Extension | null = null;
  const view = new EditorView({ parent, extensions: [EditorView.cspNonce.of(nonce), EditorView.editable.of(false)] });
  const left = new Map<string, { state: EditorState; scroll: number }>();
  let shown: string | null = null;
  const lockable = new Compartment();

  const fresh = (doc: string) =>
    EditorState.create({ doc, extensions: (all ??= [extensions(), lockable.of([]), writing(nonce)]) });

  return {
    view,
    show(name, text) {
      if (shown !== null) left.set(shown, { state: view.state, scroll: view.scrollDOM.scrollTop });
      shown = name;
      const known = left.get(name);
      const same = known?.state.doc.toString() === text;
      view.setState(known && same ? known.state : fresh(text));
      const scroll = known && same ? known.scroll : 0;
      requestAnimationFrame(() => (view.scrollDOM.scrollTop = scroll));
    },
    renamed(name) {
      if (shown !== null) left.delete(shown);
      shown = name;
    },
    replace(text) {
      view.dispatch({ changes: differences(view.state.doc.toString(), text), annotations: isolateHistory.of("full"), userEvent: REPLACED });
    },
    lock(locked) {
      view.dispatch({ effects: lockable.reconfigure(locked ? LOCKED : []) });
    },
  };
}

/** Beyond this many characters words are not compared: the page would stand still. */
const LARGE = 500_000;

function differences(old: string, text: string): Change[] {
  const most = Math.min(old.length, text.length);
  let head = 0;
  while (head < most && old[head] === text[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === text.at(-1 - tail)) tail++;
  const [before, after] = [old.slice(head, old.length - tail), text.slice(head, text.length - tail)];
  if (before.length + after.length > LARGE) return [{ from: head, to: head + before.length, insert: after }];
  return diffWords(before, after).map((change) => ({ ...change, from: change.from + head, to: change.to + head }));
}

/** A click with Alt adds a caret; with Ctrl it would follow what many take for a link. */
const severalCarets: Extension = [EditorState.allowMultipleSelections.of(true), EditorView.clickAddsSelectionRange.of(({ altKey }) => altKey)];

function writing(nonce: string): Extension {
  return [
    language(),
    syntaxHighlighting(highlighter),
    history(),
    find,
    severalCarets,
    drawSelection(),
    dropCursor(),
    highlightSpecialChars(),
    wrapSelection,
    overtyping,
    structure,
    placeholder("Write…"),
    EditorView.lineWrapping,
    // The first line is not brought to the very edge, but with the room that stands above it.
    EditorView.scrollMargins.of(() => ({ top: 56 })),
    directionByLine,
    EditorView.cspNonce.of(nonce),
    EditorView.contentAttributes.of({
      "aria-label": "Document",
      tabindex: "0",
      spellcheck: "true",
      autocorrect: "on",
      autocapitalize: "sentences",
    }),
    // Tab belongs to the page where it has no meaning of its own.
    keymap.of([...historyKeymap, ...defaultKeymap]),
  ];
}
