/** What this browser remembers of how the writer likes the page. */

/** `local` is of this browser, `session` of this tab. A browser that may keep nothing throws at the very word. */
type Place = "local" | "session";
const PLACES = { local: () => localStorage, session: () => sessionStorage } satisfies Record<Place, () => Storage>;

/** What this browser was told before; null also where it may keep nothing. */
export function recall(key: string, place: Place = "local"): string | null {
  try {
    return PLACES[place]().getItem(key);
  } catch {
    return null;
  }
}

export interface DocumentMemory<T> {
  /** Undefined where nothing was kept of it. */
  of(document: string): T | undefined;
  keep(document: string, value: T): void;
}

/** Documents that are remembered, the latest first. */
const MOST = 200;

/** What is kept under `key` of single documents, by their names. */
export function documentMemory<T>(key: string): DocumentMemory<T> {
  const read = (): [string, T][] => {
    try {
      const kept: unknown = JSON.parse(recall(key) ?? "[]");
      return Array.isArray(kept) ? (kept as [string, T][]).filter((each) => Array.isArray(each)) : [];
    } catch {
      return [];
    }
  };
  return {
    of: (document) => read().find(([name]) => name === document)?.[1],
    keep(document, value) {
      const others = read().filter(([name]) => name !== document);
      remember(key, JSON.stringify([[document, value], ...others].slice(0, MOST)));
    },
  };
}

export function remember(key: string, value: string, place: Place = "local"): void {
  try {
    PLACES[place]().setItem(key, value);
  } catch {
    // A browser that keeps nothing still works; it only asks again next time.
  }
}
