/** Sizes, speeds and times in words. Pure. */

/** `98 MB`, `2.5 GB` */
export function sizeLabel(bytes: number): string {
  return bytes < 999.5e6 ? `${(bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const WORDS_PER_TOKEN = 0.75;

/** What `tokens` a second are to a writer: `24`, `1.5` */
export function wordsPerSecond(tokens: number): string {
  const words = tokens * WORDS_PER_TOKEN;
  return words < 9.5 ? words.toFixed(1) : words.toFixed(0);
}

export function speedLabel({ writes_per_s: tokens, measured }: { readonly writes_per_s: number | null; readonly measured: boolean }): string {
  if (tokens === null) return "";
  const figure = wordsPerSecond(tokens);
  return measured ? `writes ${figure} words a second` : `about ${figure} words a second (estimated)`;
}

/** What was measured of a model's corrections; nothing where nothing was. */
export function qualityLabel(quality: { readonly precision: number; readonly recall: number } | null): string {
  if (quality === null) return "";
  const [right, found] = [quality.precision, quality.recall].map((share) => Math.round(100 * share));
  return `Measured: it corrects ${found} of 100 mistakes, and ${right} of 100 corrections are right.`;
}

export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 90 * 60 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
