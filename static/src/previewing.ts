/** When the server is asked to render: one question at a time, always for the newest text, by the lines that changed. */

import type { Text } from "@codemirror/state";

import { changedLines } from "./changed-lines";
import { type Clock, Pace } from "./pace";
import type { FromPage, Previewed } from "./protocol";

export interface Previewing {
  /** The text is another one now. */
  changed(): void;
  /** Another document: answers to older questions are not about it. */
  turned(): void;
  /** An answer. */
  received(message: Previewed): void;
  /** A new connection: what was asked on the old one will not be answered. */
  restart(): void;
}

export interface PreviewingTasks {
  /** False when there is no connection. */
  send(message: FromPage): boolean;
  text(): Text;
  /** `current`: the answer is about the open document. */
  show(message: Previewed, current: boolean): void;
}

/** A question that got no answer by then was lost; asking again costs one rendering. */
const PATIENCE = 5_000;

/** Milliseconds of an answer from which on the text is so long that it is asked about in pauses only. */
const LONG = 150;
const PAUSE = 150;
/** The longest that somebody who types on waits for it. */
const MOST = 1_000;

/** Characters from which on laying out the preview takes about a frame: not while one key follows the other at once. */
const HEAVY = 250_000;
const BREATH = 80;
const MOST_HEAVY = 400;

export function createPreviewing({ send, text, show }: PreviewingTasks, clock: Clock): Previewing {
  let version = 0;
  let oldest = 0;
  let stale = false;
  let waiting: number | null = null;
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

  const release = () => {
    if (waiting !== null) window.clearTimeout(waiting);
    waiting = null;
  };

  const giveUp = () => {
    known = null;
    stale = true;
    release();
    plan();
  };

  const calm = new Pace(clock, PAUSE, MOST, () => ask());
  const brief = new Pace(clock, BREATH, MOST_HEAVY, () => ask());
  const plan = () => {
    if (!stale) return;
    if (took > LONG) calm.touched();
    else if (text().length > HEAVY) brief.touched();
    else ask();
  };

  return {
    changed() {
      stale = true;
      plan();
    },
    turned() {
      oldest = version + 1;
      took = 0;
      calm.stop();
      brief.stop();
    },
    received(message) {
      if (message.version === version) {
        // The first answer about a document draws all of it, and says nothing of the next.
        if (version > oldest) took = clock.now() - asked;
        release();
      }
      show(message, message.version >= oldest);
      plan();
    },
    restart() {
      known = null;
      stale = true;
      took = 0;
      release();
      plan();
    },
  };
}
