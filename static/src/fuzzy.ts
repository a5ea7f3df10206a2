/** How well a few typed letters fit a name: all of them must be there, in order. Knows no list and no surface. */

export interface Fit {
  /** Higher is better. */
  readonly score: number;
  /** Which characters of the name were meant. */
  readonly at: readonly number[];
}

const WORD_START = 8;
const IN_A_ROW = 5;
const LETTER = 1;
const WHOLE = 10;
const GAP = 0.1;

/** Null where `letters` are not all in `name`. Case and accents make no difference. */
export function fit(letters: string, name: string): Fit | null {
  const sought = [...plain(letters).replace(/\s+/g, "")];
  const text = plain(name);
  if (sought.length === 0) return { score: 0, at: [] };
  const words = plain(letters).trim();
  const whole = startOfWord(text, words, 0) < 0 ? text.indexOf(words) : startOfWord(text, words, 0);
  if (whole >= 0) return { score: WHOLE + weigh(text, span(whole, words.length)), at: span(whole, words.length) };
  let best: Fit | null = null;
  // Each place where the first letter stands may begin a better fit than the first.
  for (let start = text.indexOf(sought[0]!); start >= 0; start = text.indexOf(sought[0]!, start + 1)) {
    const at = walk(text, sought, start);
    if (!at) break;
    const score = weigh(text, at);
    if (!best || score > best.score) best = { score, at };
  }
  return best;
}

/** From `start`, each letter at the next word that begins with it, else as soon as it comes. */
function walk(text: string, sought: readonly string[], start: number): number[] | null {
  const at = [start];
  for (const letter of sought.slice(1)) {
    const after = at.at(-1)! + 1;
    const soon = text.indexOf(letter, after);
    if (soon < 0) return null;
    const begins = text[after] === letter ? after : startOfWord(text, letter, after);
    at.push(begins >= 0 ? begins : soon);
  }
  return at;
}

function startOfWord(text: string, letter: string, from: number): number {
  for (let i = text.indexOf(letter, from); i >= 0; i = text.indexOf(letter, i + 1)) if (isStart(text, i)) return i;
  return -1;
}

function weigh(text: string, at: readonly number[]): number {
  const letters = at.map((i, n) => LETTER + (isStart(text, i) ? WORD_START : 0) + (n > 0 && at[n - 1] === i - 1 ? IN_A_ROW : 0));
  return letters.reduce((sum, each) => sum + each, 0) - GAP * (at[0]! + text.length);
}

function isStart(text: string, i: number): boolean {
  return i === 0 || !/[\p{L}\p{N}]/u.test(text[i - 1]!);
}

function span(from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

/** Of the same length as `text`, so that places are the same. */
function plain(text: string): string {
  return [...text.normalize("NFC")].map((sign) => sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().slice(0, sign.length) || sign).join("");
}
