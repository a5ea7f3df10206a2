/** Looks for a pattern as the editor will, so that whoever started it knows whether that ends. */

import type { Step, Trial } from "./patterns";

// The page's types know no workers.
const tell = self.postMessage as unknown as (step: Step) => void;

/** Such a pattern is looked for over the ends of lines. */
const OVER_LINES = /\\[sWDnr]|\n|\r|\[\^/;

self.onmessage = ({ data: { source, flags, text } }: MessageEvent<Trial>) => {
  tell("begun");
  const pattern = new RegExp(source, flags);
  for (const part of OVER_LINES.test(source) ? [text] : text.split("\n")) {
    for (const _ of part.matchAll(pattern));
  }
  tell("done");
};
