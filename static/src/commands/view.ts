/** How the page is seen and walked through. */

import { HEADINGS_PREFIX } from "../palette";
import type { CommandOf } from "./command";

export interface ViewParts {
  cycleLayout(): void;
  cycleTheme(): void;
  nextPane(): void;
  help(): void;
  openSettings(): void;
  openPalette(prefix?: string): void;
}

export const VIEW: readonly CommandOf<ViewParts>[] = [
  { name: "palette", label: "All commands…", group: "view", key: "F1", aliases: ["Mod-Shift-."], reach: "page", words: "palette do", run: (parts) => parts.openPalette() },
  { name: "headings", label: "Go to a heading…", group: "view", words: "outline section jump", run: (parts) => parts.openPalette(HEADINGS_PREFIX) },
  { name: "layout", label: "Write, side by side, read", group: "view", key: "Mod-\\", reach: "page", words: "preview layout split", run: (parts) => parts.cycleLayout() },
  { name: "theme", label: "Light, dark, as the system", group: "view", words: "theme colours", run: (parts) => parts.cycleTheme() },
  { name: "next-pane", label: "Next pane", group: "view", key: "F6", reach: "page", words: "focus", run: (parts) => parts.nextPane() },
  { name: "settings", label: "Settings…", group: "view", key: "Mod-,", reach: "page", words: "preferences options keys shortcuts theme font", run: (parts) => parts.openSettings() },
  { name: "help", label: "Help", group: "view", key: "Mod-/", reach: "page", words: "keys shortcuts", run: (parts) => parts.help() },
];
