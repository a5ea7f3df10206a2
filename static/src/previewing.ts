/** When the server is asked to render: one question at a time, always for the newest text, by the lines that changed. */

import type { Text } from "@codemirror/state";

import { changedLines } from "./changed-lines";
import { type Clock, Pace } from "./pace";
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

/** Milliseconds of an answer from which on the text is so long that it is asked about in pauses only. */
const LONG = 150;
const PAUSE = 150;
/** The longest that somebody who types on waits for it. */
const MOST = 1_000;

export function createPreviewing(send: (message: FromPage) => boolean, text: () => Text, clock: Clock): Previewing {
  let version = 0;
  let oldest = 0;
  let stale = false;
  let waiting: number | null = null;
  let planned = false;
  let asked = 0;
  let took = 0;
  /** What the server knows; null for nothing, or nobody knows what. */
  let known: Text | null = null;

  const ask = () => {
    if (!stale || waiting !== null) return;
    const now = text();
    if (!send(question(now))) return;
    version++;
    known = now;
    stale = false;
    asked = clock.now();
    waiting = window.setTimeout(giveUp, PATIENCE);
  };

  const question = (now: Text): FromPage =>
    known === null
      ? { type: "preview", version: version + 1, text: now.toString() }
      : { type: "preview_change", version: version + 1, base: version, ...changedLines(known, now) };

  const giveUp = () => {
    known = null;
    stale = true;
    release();
  };

  const release = () => {
    if (waiting !== null) window.clearTimeout(waiting);
    waiting = null;
    if (stale) plan();
  };

  const calm = new Pace(clock, PAUSE, MOST, () => ask());
  const plan = () => (took > LONG ? calm.touched() : ask());

  return {
    changed() {
      stale = true;
      if (took > LONG) return calm.touched();
      if (planned) return;
      planned = true;
      // The key's own picture first: handing over a long text takes longer than a frame.
      requestAnimationFrame(() => window.setTimeout(() => ((planned = false), ask())));
    },
    turned() {
      oldest = version + 1;
      took = 0;
      calm.stop();
    },
    answered(answer) {
      if (answer === version) {
        // The first answer about a document draws all of it, and says nothing of the next.
        if (answer > oldest) took = clock.now() - asked;
        release();
      }
      return answer >= oldest;
    },
    restart() {
      known = null;
      stale = true;
      took = 0;
      release();
    },
  };
}
