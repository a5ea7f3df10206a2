/** Light, dark, or as the system says. */

import { recall, remember } from "./memory";

export type Theme = "system" | "light" | "dark";

const KEY = "meai-theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

export function storedTheme(): Theme {
  return ORDER.find((theme) => theme === recall(KEY)) ?? "system";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  // The bar of a phone, or of the window that the page is installed as, has the ground of the theme that is seen.
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = meta.dataset["theme"];
    meta.media = theme === "system" ? `(prefers-color-scheme: ${own})` : own === theme ? "all" : "not all";
  }
}

/** Paper is light, whatever the screen is. */
export function lightOnPaper(): void {
  window.addEventListener("beforeprint", () => applyTheme("light"));
  window.addEventListener("afterprint", () => applyTheme(storedTheme()));
}

/** Kept in this browser too, so that the next page does not flash in another. */
export function useTheme(theme: Theme): void {
  remember(KEY, theme);
  applyTheme(theme);
}

export function nextTheme(theme: Theme): Theme {
  return ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length]!;
}

/** Say on the button which of them it is. */
export function nameTheme(button: HTMLElement, theme: Theme): void {
  button.setAttribute("aria-label", `Theme: ${theme}`);
  button.title = `Theme: ${theme}`;
}
