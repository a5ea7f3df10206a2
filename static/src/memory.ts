/** What this browser remembers of how the writer likes the page. */

/** What this browser was told before; null also where it may keep nothing. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing still works; it only asks again next time.
  }
}
