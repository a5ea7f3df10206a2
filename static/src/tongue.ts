/** Which language a document's front matter says it is in, and which way that is read. Knows no other meaning of it. */

import type { Text } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";

export interface Tongue {
  /** As `lang` takes it; empty where the document does not say. */
  readonly lang: string;
  /** Empty where nothing says it: each line and block is then read by its own first letter. */
  readonly dir: "" | "ltr" | "rtl";
}

const FROM_THE_RIGHT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi"]);
const SILENT: Tongue = { lang: "", dir: "" };
/** Front matter is short; a ruler at the top of a long text is none. */
const MOST_LINES = 60;

export function tongueOf(doc: Text): Tongue {
  if (doc.line(1).text.trimEnd() !== "---") return SILENT;
  const said = new Map<string, string>();
  for (let n = 2; n <= Math.min(doc.lines, MOST_LINES); n++) {
    const line = doc.line(n).text;
    if (/^(?:---|\.\.\.)\s*$/.test(line)) return spoken(said);
    const [, key, value] = /^(lang|language|dir)\s*:\s*["']?([A-Za-z0-9-]*)["']?\s*$/.exec(line) ?? [];
    if (key) said.set(key, value!);
  }
  return SILENT;
}

function spoken(said: ReadonlyMap<string, string>): Tongue {
  const lang = said.get("lang") || said.get("language") || "";
  if (lang && !isTag(lang)) return SILENT;
  const dir = said.get("dir")?.toLowerCase();
  if (dir === "ltr" || dir === "rtl") return { lang, dir };
  if (!lang) return SILENT;
  return { lang, dir: FROM_THE_RIGHT.has(lang.toLowerCase().split("-")[0]!) ? "rtl" : "ltr" };
}

function isTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length === 1;
  } catch {
    return false;
  }
}

function attributes({ lang, dir }: Tongue): Record<string, string> {
  return { ...(lang && { lang }), ...(dir && { dir }) };
}

/** The text and `article`, which shows it, are marked as being in the document's language. */
export function inItsTongue(article: HTMLElement) {
  const mark = (tongue: Tongue) => {
    for (const name of ["lang", "dir"] as const) {
      if (tongue[name]) article.setAttribute(name, tongue[name]);
      else article.removeAttribute(name);
    }
  };
  const plugin = ViewPlugin.define((view) => {
    const state = {
      tongue: tongueOf(view.state.doc),
      update({ docChanged, state: { doc } }: { docChanged: boolean; state: { doc: Text } }) {
        if (!docChanged) return;
        const now = tongueOf(doc);
        if (now.lang === state.tongue.lang && now.dir === state.tongue.dir) return;
        state.tongue = now;
        mark(now);
      },
    };
    mark(state.tongue);
    return state;
  });
  return [plugin, EditorView.contentAttributes.of((view) => attributes(view.plugin(plugin)?.tongue ?? SILENT))];
}
