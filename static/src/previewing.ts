/** When the server is asked to render: one question at a time, always for the newest text. */

import type { FromPage } from "./protocol";

export interface Previewing {
  /** The text is another one now. */
  changed(): void;
  /** Another document: answers to older questions are not about it. */
  turned(): void;
  /** Whether the answer is about the open document. */
  answered(version: number): boolean;
  /** A new connection: what was asked on the old one will not be answered. */
  restart(): void;
}

/** A question that got no answer by then was lost; asking again costs one rendering. */
const PATIENCE = 5_000;

export function createPreviewing(send: (message: FromPage) => boolean, text: () => string): Previewing {
  let version = 0;
  let oldest = 0;
  let stale = false;
  let waiting: number | null = null;
  let planned = false;

  const ask = () => {
    if (!stale || waiting !== null) return;
    if (!send({ type: "preview", version: ++version, text: text() })) return;
    stale = false;
    waiting = window.setTimeout(release, PATIENCE);
  };

  const release = () => {
    if (waiting !== null) window.clearTimeout(waiting);
    waiting = null;
    ask();
  };

  return {
    changed() {
      stale = true;
      if (planned) return;
      planned = true;
      // The key's own picture first: handing over a long text takes longer than a frame.
      requestAnimationFrame(() => window.setTimeout(() => ((planned = false), ask())));
    },
    turned() {
      oldest = version + 1;
    },
    answered(answer) {
      if (answer === version) release();
      return answer >= oldest;
    },
    restart() {
      stale = true;
      release();
    },
  };
}
