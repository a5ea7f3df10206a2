import assert from "node:assert/strict";
import test from "node:test";

import { EditorState, Transaction, type TransactionSpec } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";

import { stretchesOf } from "./authorship";
import { accepting, currentProposal, finishProposal, openProposal, proposals } from "./proposal";
import type { Authorship, Receipt } from "./protocol";
import { createReceipts } from "./receipts";

const SPELLING = { name: "correct-spelling", label: "Correct spelling", scope: "replace" } as const;
const AWAY = { ok: false, failure: { status: 0, code: "unreachable", message: "Away." } } as const;

/** An editor without a window, on a server that answers what it is told to. */
class Desk {
  readonly sent: [string, Receipt][] = [];
  readonly refused: string[] = [];
  name = "Letter.md";
  exists = true;
  isAway = false;
  state: EditorState;
  readonly receipts = createReceipts({
    api: {
      accept: async (name, receipt) => {
        if (this.isAway) return AWAY;
        this.sent.push([name, receipt]);
        return { ok: true, value: null };
      },
      receipts: async () => (this.isAway ? AWAY : { ok: true, value: this.known }),
    },
    view: () => this as unknown as EditorView,
    document: () => ({ name: this.name, exists: this.exists }),
    model: () => "Scripted",
    refused: (sentence) => this.refused.push(sentence),
  });

  constructor(
    doc: string,
    public known: Authorship = { receipts: [], authorship: [] },
  ) {
    this.state = EditorState.create({ doc, extensions: [proposals, this.receipts.extension] });
    this.receipts.opened();
  }

  dispatch(spec: TransactionSpec): void {
    const transaction = this.state.update(spec);
    this.state = transaction.state;
    const { docChanged, changes } = transaction;
    this.receipts.updated({ docChanged, changes, state: this.state, transactions: [transaction] } as unknown as ViewUpdate);
  }

  /** The model is asked about all of the text, and each change of its answer is accepted. */
  accept(answer: string): void {
    const range = { from: 0, to: this.state.doc.length };
    this.dispatch({ effects: openProposal.of({ id: "r1", wish: { action: SPELLING, instruction: "" }, source: range, ...range }) });
    this.dispatch({ effects: finishProposal.of({ id: "r1", text: answer, notes: [] }) });
    this.dispatch(accepting(currentProposal(this.state)!.changes));
  }

  get marked(): string[] {
    return stretchesOf(this.state).map(({ from, to }) => this.state.sliceDoc(from, to));
  }
}

/** Let what was asked be answered. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("each accepted change has a receipt of what stood there and what came, and its words are marked", async () => {
  const desk = new Desk("I has a dog in the the yard, and mail to recieve.");
  await settled();
  desk.accept("I have a dog in the yard, and mail to receive.");
  await settled();
  assert.deepEqual(
    desk.sent.map(([name, { action, model, source, result }]) => [name, action, model, source.trim(), result.trim()]),
    [
      ["Letter.md", "Correct spelling", "Scripted", "has", "have"],
      ["Letter.md", "Correct spelling", "Scripted", "the", ""],
      ["Letter.md", "Correct spelling", "Scripted", "recieve", "receive"],
    ],
  );
  assert.deepEqual(desk.marked, ["have", "receive"]);
  const pieces = desk.receipts.pieces(desk.state)!;
  assert.deepEqual(pieces.map(({ receipt }) => desk.receipts.of(receipt)?.source), ["has", "recieve"]);
});

test("what is typed, and what a proposal never said, is no receipt", async () => {
  const desk = new Desk("One.");
  await settled();
  desk.dispatch({ changes: { from: 4, insert: " Two." }, annotations: Transaction.userEvent.of("input.type") });
  desk.dispatch({ changes: { from: 0, insert: "Zero. " }, annotations: Transaction.userEvent.of("input.ai") });
  await settled();
  assert.deepEqual([desk.sent, desk.marked], [[], []]);
});

test("a receipt waits until its document is a file and the server is back, under the name it has by then", async () => {
  const desk = new Desk("I has.");
  await settled();
  desk.exists = false;
  desk.accept("I have.");
  await settled();
  assert.equal(desk.sent.length, 0);
  desk.exists = true;
  desk.isAway = true;
  desk.receipts.saved();
  await settled();
  desk.receipts.renamed("Letter.md", "Post.md");
  desk.name = "Post.md";
  desk.isAway = false;
  desk.receipts.retry();
  desk.receipts.retry();
  await settled();
  assert.deepEqual(desk.sent.map(([name, { result }]) => [name, result]), [["Post.md", "have"]]);
  assert.deepEqual(desk.refused, []);
});

test("what the server knows of an opened text is marked where it is by the time the answer comes", async () => {
  const desk = new Desk("I have a dog.", {
    receipts: [{ id: "r", at: "2026-11-24T08:00:00Z", action: "Fluent", model: "M", source: "has", result: "have", instruction: "" }],
    authorship: [{ receipt: "r", line: 0, text: "have", nth: 0 }],
  });
  desk.dispatch({ changes: { from: 0, insert: "Yes:\n" } });
  assert.equal(desk.receipts.pieces(desk.state), undefined);
  await settled();
  assert.deepEqual(desk.marked, ["have"]);
  assert.deepEqual(desk.receipts.pieces(desk.state), [{ receipt: "r", line: 1, text: "have", nth: 0 }]);
});

test("of a text from the disk nothing is told before the server has said what it knows of it", async () => {
  const desk = new Desk("One.");
  await settled();
  desk.dispatch({ changes: { from: 4, insert: " I have." }, annotations: Transaction.userEvent.of("input.disk") });
  assert.equal(desk.receipts.pieces(desk.state), undefined);
  desk.known = { receipts: [], authorship: [{ receipt: "r", line: 0, text: "have", nth: 0 }] };
  desk.receipts.saved();
  await settled();
  assert.deepEqual(desk.marked, ["have"]);
});
