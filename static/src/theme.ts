/** Light, dark, or as the system says. */

export type Theme = "system" | "light" | "dark";

const KEY = "meai-theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

export function storedTheme(): Theme {
  return ORDER.find((theme) => theme === recall(KEY)) ?? "system";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** The next of the three, applied and remembered. */
export function cycleTheme(): Theme {
  const next = ORDER[(ORDER.indexOf(storedTheme()) + 1) % ORDER.length]!;
  remember(KEY, next);
  applyTheme(next);
  return next;
}

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
