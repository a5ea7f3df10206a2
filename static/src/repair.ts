/** Garbled characters: what they were meant to be, offered and never applied by itself. */

import { isolateHistory } from "@codemirror/commands";
import { ChangeSet } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";

import { keyLabel } from "./commands/keys";
import type { Dialogs } from "./dialogs";
import { applyChanges, type Change, diffWords } from "./diff";
import { h } from "./dom";
import { recall, remember } from "./memory";
import type { Notices } from "./notices";
import type { OpenedDocument, Repair } from "./protocol";

export interface RepairOffer {
  /** Offer the repair of the document that has just been opened; an earlier offer goes. */
  offer(document: OpenedDocument): void;
  updated(update: ViewUpdate): void;
}

const NOTICE = "repair";
/** What the writer left as it is, by the document's name. */
const LEFT = "meai-left:";

export function createRepairOffer(view: EditorView, notices: Notices, dialogs: Dialogs): RepairOffer {
  let pending: ChangeSet | null = null;

  const withdraw = () => {
    pending = null;
    notices.hide(NOTICE);
  };

  const review = async (repair: Repair, leave: () => void) => {
    const answer = await dialogs.ask({
      title: "Repair garbled characters",
      wide: true,
      body: [h("p", {}, "These were damaged by a wrong decoding. Only they change, and one undo takes it back."), table(repair)],
      answers: [
        { label: "Leave as it is", value: false },
        { label: "Repair", value: true },
      ],
    });
    if (answer === true && pending) {
      view.dispatch({ changes: pending, annotations: isolateHistory.of("full"), userEvent: "input.repair" });
      withdraw();
      const { length } = repair.changes;
      const text = `${length === 1 ? "1 passage" : `${length} passages`} repaired; ${keyLabel("Mod-z")} takes it back.`;
      notices.show(NOTICE, { text });
    } else if (answer === false) leave();
    view.focus();
  };

  return {
    offer({ name, repair }) {
      withdraw();
      const text = view.state.doc.toString();
      if (!repair || repair.changes.length === 0 || recall(LEFT + name) === passages(repair)) return;
      const leave = () => {
        remember(LEFT + name, passages(repair));
        withdraw();
      };
      pending = ChangeSet.of(lineChanges(text, repair.text), text.length);
      notices.show(NOTICE, {
        text: sentence(repair),
        choices: [
          { label: "Review and repair", run: () => void review(repair, leave) },
          { label: "Leave as it is", run: leave },
        ],
        lasting: true,
      });
    },
    updated(update) {
      if (pending && update.docChanged) pending = pending.map(update.changes);
    },
  };
}

/** What turns `text` into `repaired`, line by line, so that nothing but the garbled words is touched. */
export function lineChanges(text: string, repaired: string): Change[] {
  const before = text.split("\n");
  const after = repaired.split("\n");
  if (before.length !== after.length) return diffWords(text, repaired);
  let offset = 0;
  const changes: Change[] = [];
  before.forEach((line, i) => {
    for (const { from, to, insert } of line === after[i] ? [] : diffWords(line, after[i]!)) {
      changes.push({ from: from + offset, to: to + offset, insert });
    }
    offset += line.length + 1;
  });
  return applyChanges(text, changes) === repaired ? changes : diffWords(text, repaired);
}

/** What is garbled: writing elsewhere in the document makes it no other question. */
function passages({ changes }: Repair): string {
  return changes.map(({ before }) => before).join("\n");
}

function sentence({ changes }: Repair): string {
  const [first] = changes;
  const example = ` (${first!.before} for ${first!.after})`;
  return `This text has ${changes.length === 1 ? "a garbled passage" : `${changes.length} garbled passages`}${example}.`;
}

function table({ changes }: Repair): HTMLElement {
  const rows = changes.map(({ line, before, after }) =>
    h("tr", {}, h("td", { class: "figures" }, String(line + 1)), h("td", {}, h("del", {}, before)), h("td", {}, h("ins", {}, after))),
  );
  const head = h("tr", {}, ...["Line", "Now", "Repaired"].map((title) => h("th", { scope: "col" }, title)));
  return h("table", { class: "repairs" }, h("thead", {}, head), h("tbody", {}, ...rows));
}
