/** What the writer accepted of the model: told to the server, and asked of it when a document is opened. */

import { ChangeSet, EditorState, type Extension, StateEffect, type Text } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";

import type { Api } from "./api";
import { attribute, authorship, carried, located, piecesOf, type Stretch, stretchesOf } from "./authorship";
import { proposalsOf } from "./proposal";
import type { Authorship, Piece, Receipt } from "./protocol";

export interface ReceiptParts {
  readonly api: Pick<Api, "accept" | "receipts">;
  view(): EditorView;
  /** The open document, and whether it is a file already. */
  document(): { readonly name: string | null; readonly exists: boolean };
  model(): string;
  /** The server refused one for good. */
  refused(sentence: string): void;
}

/** A receipt as the page knows it; `at` is a time in UTC. */
export type Known = Receipt & { readonly at: string };

export interface Receipts {
  /** Belongs into the editor: watches what is accepted, and remembers the model's words. */
  readonly extension: Extension;
  /** Another document stands in the editor. */
  opened(): void;
  updated(update: ViewUpdate): void;
  /** A document has another name. */
  renamed(from: string, to: string): void;
  /** The disk has the text of the editor. */
  saved(): void;
  /** The server is back: send it what it missed. */
  retry(): void;
  of(id: string): Known | null;
  /** What a save says of the text; undefined until it is known what the server knows. */
  pieces(state: EditorState): readonly Piece[] | undefined;
}

/** Receipts of changes that have just become part of the text; one that only deletes leaves no words to mark. */
const accept = StateEffect.define<readonly string[]>();
const UNREACHABLE = 0;
/** A save is never refused for telling too much; the server then follows the pieces by itself. */
const MOST_PIECES = 10_000;

export function createReceipts({ api, view, document, model, refused }: ReceiptParts): Receipts {
  const known = new Map<string, Known>();
  const waiting: { name: string; receipt: Receipt }[] = [];
  /** The text that the server is asked about, and what was done to it since; null once it has answered. */
  let asked: { readonly doc: Text; changes: ChangeSet } | null = null;
  /** A text from elsewhere stands in the editor: what the model wrote of it, only the server knows, once it has it. */
  let stale = false;
  let asking = false;
  let sending = false;

  const send = async () => {
    if (sending) return;
    sending = true;
    while (waiting.length > 0 && (waiting[0]!.name !== document().name || document().exists)) {
      const { name, receipt } = waiting[0]!;
      const result = await api.accept(name, receipt);
      if (!result.ok && (result.failure.status === UNREACHABLE || result.failure.status >= 500)) break;
      if (!result.ok) refused(result.failure.message);
      waiting.shift();
    }
    sending = false;
  };

  const ask = async () => {
    const { name, exists } = document();
    if (!asked || name === null || asking) return;
    if (!exists) return void (asked = null);
    asking = true;
    const question = asked;
    const result = await api.receipts(name);
    asking = false;
    if (asked !== question) return void ask();
    if (!result.ok) return;
    asked = null;
    learn(result.value, question);
  };

  const learn = ({ receipts, authorship: pieces }: Authorship, { doc, changes }: { doc: Text; changes: ChangeSet }) => {
    for (const receipt of receipts) known.set(receipt.id, receipt);
    const found = located(doc, pieces, (id) => known.get(id)?.result ?? "");
    if (found.length > 0) view().dispatch({ effects: attribute.of(carried(found, changes)) });
  };

  /** Each accepted change has a receipt of its own, so that each can be taken back. */
  const attributing = EditorState.transactionExtender.of((transaction) => {
    if (!transaction.isUserEvent("input.ai")) return null;
    const stretches: Stretch[] = [];
    transaction.changes.iterChanges((fromA, toA, from, to, inserted) => {
      const proposal = proposalsOf(transaction.startState).find(({ changes }) => changes.some((change) => change.from === fromA && change.to === toA));
      if (!proposal) return;
      const id = crypto.randomUUID();
      known.set(id, {
        id,
        at: new Date().toISOString(),
        action: proposal.wish.action.label,
        instruction: proposal.wish.instruction,
        model: model(),
        source: transaction.startState.sliceDoc(fromA, toA),
        result: inserted.toString(),
      });
      stretches.push({ receipt: id, offset: 0, from, to });
    }, true);
    return { effects: [attribute.of(stretches), accept.of(stretches.map(({ receipt }) => receipt))] };
  });

  const begin = () => {
    const { doc } = view().state;
    stale = false;
    asked = { doc, changes: ChangeSet.empty(doc.length) };
    void ask();
  };

  return {
    extension: [authorship, attributing],
    opened: begin,
    updated(update) {
      if (asked && update.docChanged) asked.changes = asked.changes.compose(update.changes);
      if (update.transactions.some((transaction) => transaction.isUserEvent("input.disk"))) stale = true;
      const { name } = document();
      if (name === null) return;
      const accepted = update.transactions.flatMap(({ effects }) => effects.flatMap((effect) => (effect.is(accept) ? effect.value : [])));
      for (const id of accepted) {
        const { at: _, ...receipt } = known.get(id)!;
        waiting.push({ name, receipt });
      }
      if (accepted.length > 0) void send();
    },
    renamed(from, to) {
      for (const [i, { name, receipt }] of waiting.entries()) if (name === from) waiting[i] = { name: to, receipt };
    },
    retry() {
      void send();
      void ask();
    },
    saved() {
      void send();
      if (stale) begin();
      else void ask();
    },
    of: (id) => known.get(id) ?? null,
    pieces(state) {
      if (asked || stale) return undefined;
      const pieces = piecesOf(state.doc, stretchesOf(state));
      return pieces.length > MOST_PIECES ? undefined : pieces;
    },
  };
}
