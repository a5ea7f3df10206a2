/** What this browser remembers of what was folded in which document: by the first lines, of which it keeps no word. */

import type { Text } from "@codemirror/state";

import { recall, remember } from "./memory";

const FOLDS = "meai-folds";
const DOCUMENTS = 100;

export class Folds {
  /** Remember that what follows the lines of `spans` is folded in `name`, and nothing else. */
  keep(name: string, doc: Text, spans: readonly { readonly from: number }[]): void {
    const wanted = new Set(spans.map(({ from }) => doc.lineAt(from).number));
    const marks = wanted.size === 0 ? [] : [...marksOf(doc)].flatMap(({ mark, line }) => (wanted.has(line) ? [mark] : []));
    const { [name]: _, ...others } = this.all();
    const kept = Object.entries(others).slice(0, DOCUMENTS - 1);
    remember(FOLDS, JSON.stringify(Object.fromEntries(marks.length > 0 ? [[name, marks], ...kept] : kept)));
  }

  /** Where the lines begin that were folded in `name`, as far as they are still there. */
  of(name: string, doc: Text): number[] {
    const marks = new Set(this.all()[name] ?? []);
    if (marks.size === 0) return [];
    return [...marksOf(doc)].flatMap(({ mark, from }) => (marks.has(mark) ? [from] : []));
  }

  private all(): Record<string, readonly string[]> {
    try {
      return JSON.parse(recall(FOLDS) ?? "{}") as Record<string, readonly string[]>;
    } catch {
      return {};
    }
  }
}

/** Each line's hash, and its count among lines that are the same. */
function* marksOf(doc: Text): Generator<{ mark: string; line: number; from: number }> {
  const counts = new Map<number, number>();
  let from = 0;
  let line = 0;
  for (const text of doc.iterLines()) {
    line++;
    const hash = hashOf(text);
    const count = counts.get(hash) ?? 0;
    counts.set(hash, count + 1);
    yield { mark: `${hash.toString(36)}.${count}`, line, from };
    from += text.length + 1;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
