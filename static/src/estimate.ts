/** How long an answer will probably still take, for people. Knows no clock. */

/** What a model does on this machine in a second, in tokens. */
export interface Speed {
  readonly reads: number;
  readonly writes: number;
}

/** Of UTF-8; what English takes. */
const TOKENS_PER_BYTE = 0.3;
/** Seconds up to which nothing is said: the answer is there sooner than one has read it. */
const SOON = 2;
/** The share of an answer after which it tells more than the speed does: it is faster where it repeats the text. */
const TELLING = 0.15;

/** Seconds that a rewrite of `source` still takes, `elapsed` seconds after it was asked for, `written` being there. */
export function secondsLeft(source: string, written: string, elapsed: number, speed: Speed): number {
  const all = tokens(source);
  const done = Math.min(tokens(written), all);
  if (done > all * TELLING) return ((all - done) * elapsed) / done;
  return all / speed.reads + all / speed.writes - elapsed;
}

/** `about 4 s`; empty where it is soon over, or late already. */
export function about(seconds: number): string {
  if (!(seconds > SOON)) return "";
  if (seconds <= 10) return `about ${Math.ceil(seconds)} s`;
  return seconds < 90 ? `about ${Math.ceil(seconds / 5) * 5} s` : `about ${Math.round(seconds / 60)} min`;
}

function tokens(text: string): number {
  return new TextEncoder().encode(text).length * TOKENS_PER_BYTE;
}
