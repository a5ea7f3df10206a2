/** Whose English each document is checked as, or none: its front matter goes first, then what was chosen for it. */

import type { Text } from "@codemirror/state";

import { documentMemory } from "./memory";

export const DIALECTS = ["american", "british", "canadian", "australian", "indian"] as const;
type Dialect = (typeof DIALECTS)[number];
/** `""`: as the settings say, or the text is written. `off`: this document's spelling is not checked. */
export type Checked = Dialect | "" | "off";

export interface English {
  /** What the writer chose for the open document. */
  readonly chosen: Checked;
  choose(checked: Checked): void;
  /** What it is checked as: its front matter goes first. */
  of(doc: Text): Checked;
}

const KEY = "meai-english";
const FRONT_MATTER = 2_000;
const COUNTRIES: Record<string, Dialect> = { us: "american", gb: "british", au: "australian", ca: "canadian", in: "indian" };

/** Whose English the front matter says it is, as `lang: en-GB`; empty where it does not. */
export function dialectOf(doc: Text): Dialect | "" {
  const [, front = ""] = /^---\n([\s\S]*?)\n(?:---|\.\.\.)(?:\n|$)/.exec(doc.sliceString(0, FRONT_MATTER)) ?? [];
  const [, country = ""] = /^lang(?:uage)?:\s*["']?en[-_]([a-z]{2})\b/im.exec(front) ?? [];
  return COUNTRIES[country.toLowerCase()] ?? "";
}

/** `document` names the open one; `byDefault` is what the settings say, `auto` for as the text is written. */
export function createEnglish(document: () => string, byDefault: () => Dialect | "auto"): English {
  const memory = documentMemory<Checked>(KEY);
  const chosen = (): Checked => {
    const kept = memory.of(document());
    return kept === "off" || DIALECTS.some((each) => each === kept) ? kept! : "";
  };
  return {
    get chosen() {
      return chosen();
    },
    choose: (checked) => memory.keep(document(), checked),
    of(doc) {
      if (chosen() === "off") return "off";
      const standing = byDefault();
      return dialectOf(doc) || chosen() || (standing === "auto" ? "" : standing);
    },
  };
}
