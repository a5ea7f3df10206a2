/** How the page is seen and walked through. */

import type { Mode } from "../modes";
import { HEADINGS_PREFIX } from "../palette";
import type { CommandOf } from "./command";

export interface ViewParts {
  cycleLayout(): void;
  cycleTheme(): void;
  nextPane(): void;
  help(): void;
  openSettings(): void;
  openPalette(prefix?: string): void;
  readonly modes: { readonly zen: Mode; readonly typewriter: Mode; readonly focus: Mode };
  /** Bring the preview to the caret's line. */
  showLine(): void;
  readonly pictures: { readonly isOn: boolean; toggle(): void; readonly isAlways: boolean; toggleAlways(): void };
}

export const VIEW: readonly CommandOf<ViewParts>[] = [
  { name: "palette", label: "All commands…", group: "view", key: "F1", aliases: ["Mod-Shift-."], reach: "page", words: "palette do", run: (parts) => parts.openPalette() },
  { name: "headings", label: "Go to a heading…", group: "view", words: "outline section jump", run: (parts) => parts.openPalette(HEADINGS_PREFIX) },
  { name: "layout", label: "Write, side by side, read", group: "view", key: "Mod-\\", reach: "page", words: "preview layout split", run: (parts) => parts.cycleLayout() },
  { name: "theme", label: "Light, dark, as the system", group: "view", words: "theme colours", run: (parts) => parts.cycleTheme() },
  { name: "next-pane", label: "Next pane", group: "view", key: "F6", reach: "page", words: "focus", run: (parts) => parts.nextPane() },
  { name: "settings", label: "Settings…", group: "view", key: "Mod-,", reach: "page", words: "preferences options keys shortcuts theme font size line width length", run: (parts) => parts.openSettings() },
  { name: "zen", label: "Zen: nothing but the text", group: "view", key: "Alt-z", reach: "page", words: "fullscreen full screen distraction free", isOn: ({ modes }) => modes.zen.isOn, run: ({ modes }) => modes.zen.toggle() },
  { name: "typewriter", label: "Typewriter: the line stays in the middle", group: "view", key: "Alt-t", reach: "page", words: "scroll centre", isOn: ({ modes }) => modes.typewriter.isOn, run: ({ modes }) => modes.typewriter.toggle() },
  { name: "focus", label: "Focus: one paragraph at a time", group: "view", key: "Alt-p", reach: "page", words: "dim", isOn: ({ modes }) => modes.focus.isOn, run: ({ modes }) => modes.focus.toggle() },
  { name: "show-line", label: "Show this line in the preview", group: "view", key: "Alt-v", words: "jump sync", run: (parts) => parts.showLine() },
  { name: "remote-pictures", label: "Load this document’s pictures of the web", group: "view", words: "images remote privacy", isOn: ({ pictures }) => pictures.isOn, run: ({ pictures }) => pictures.toggle() },
  { name: "always-pictures", label: "Always load pictures of the web", group: "view", words: "images remote privacy", isOn: ({ pictures }) => pictures.isAlways, run: ({ pictures }) => pictures.toggleAlways() },
  { name: "help", label: "Help", group: "view", key: "Mod-/", reach: "page", words: "keys shortcuts", run: (parts) => parts.help() },
];
