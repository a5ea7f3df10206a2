/** Repeatable randomness for tests: a failure prints its seed, and MEAI_SEED replays it. */

export interface Random {
  readonly seed: number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  pick<T>(choices: readonly T[]): T;
  text(words: number): string;
}

const WORDS = [
  "the", "a", "of", "fox", "quick", "brown", "naïve", "jumps", "don’t", "over", "👉", "❤️", "👩‍👩‍👧", "🇩🇪", "é", "**bold**",
  "[link](https://example.org/a?b=1)", "`code`", "$&", "$1", "<|im_end|>", "\n", "\n\n", ".", ",", "  ", "שלום", "日本",
];

/** The mulberry32 generator. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(choices: readonly T[]) => choices[below(choices.length)]!;
  const text = (words: number) =>
    Array.from({ length: words }, () => pick(WORDS) + (below(4) ? " " : "")).join("");
  return { seed, below, pick, text };
}

/** Run `body` `times` over, each with its own seed. */
export function repeat(times: number, body: (random: Random) => void): void {
  const base = Date.now() % 1_000_000_000;
  for (let i = 0; i < times; i++) {
    const seed = base + i;
    try {
      body(random(seed));
    } catch (error) {
      throw new Error(`failed with seed ${seed}`, { cause: error });
    }
  }
}

/** `text` with about `percent` of its words replaced, dropped or doubled. */
export function rewritten(text: string, percent: number, random: Random): string {
  const words = text.split(/(?<= )/);
  return words
    .map((word) => (random.below(100) >= percent ? word : random.pick(["", word + word, random.text(1), random.text(2)])))
    .join("");
}
