/** What the writer is told while the text is not safe on disk, or not theirs to write, and what can be done about it. */

import type { Reason } from "./documents";
import type { Choice, Notices } from "./notices";
import type { Cause, SaveState } from "./saving";
import type { Connection } from "./socket";

export interface WarningTasks {
  tryAgain(): void;
  saveAgain(): void;
  saveAs(): void;
  connect(): void;
  writeHere(): void;
  convert(): void;
}

export interface Warnings {
  saving(state: SaveState): void;
  connection(state: Connection): void;
  /** Why the open document cannot be written. */
  locked(reason: Reason | null): void;
  /** Whether this browser keeps what is not saved yet. */
  kept(worked: boolean): void;
}

const AWAY = "The server is away. Write on: this browser keeps your text, and it is saved as soon as the server is back.";
const OLD_TOKEN =
  "ME_AI was started anew. Go on in the tab that it opened, or open the new address in this one: what you wrote is kept.";
const OTHER_TAB = "This document is open in another tab, so here it can only be read.";
const NOT_KEPT = "This browser keeps no drafts at the moment: what you write is safe once it says Saved below.";

export function createWarnings(notices: Notices, tasks: WarningTasks): Warnings {
  let connection: Connection = "connecting";

  const ways: Record<Exclude<Cause, "changed">, readonly Choice[]> = {
    gone: [
      { label: "Save it again", run: tasks.saveAgain },
      { label: "Save as…", run: tasks.saveAs },
    ],
    other: [{ label: "Try again", run: tasks.tryAgain }],
  };

  return {
    saving(state) {
      if (state.kind === "saved") notices.hide("save");
      // What the disk and the editor have against each other is said where it is settled.
      if (state.kind !== "failed" || state.cause === "changed") return;
      if (state.cause === "other" && connection !== "open") return;
      const text = `Not saved. ${state.message}`;
      notices.show("save", { text, choices: ways[state.cause], tone: "error", lasting: true });
    },

    connection(state) {
      connection = state;
      if (state === "open") return notices.hide("server");
      if (state === "connecting") return;
      notices.hide("save");
      if (state === "refused") notices.show("server", { text: OLD_TOKEN, tone: "error", lasting: true });
      else notices.show("server", { text: AWAY, choices: [{ label: "Try now", run: tasks.connect }], lasting: true });
    },

    locked(reason) {
      if (reason === null) return notices.hide("locked");
      const isTab = reason.kind === "tab";
      const here: Choice = { label: "Write here instead", run: tasks.writeHere };
      const copy: Choice = { label: "Make a converted copy", run: tasks.convert };
      const choices = isTab ? [here] : reason.convertible ? [copy] : [];
      notices.show("locked", { text: isTab ? OTHER_TAB : reason.sentence, choices, lasting: true });
    },

    kept(worked) {
      if (worked) notices.hide("kept");
      else notices.show("kept", { text: NOT_KEPT, tone: "error", lasting: true });
    },
  };
}
