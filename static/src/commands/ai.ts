/** What the model can be asked for, and what is seen of it. */

import type { CommandOf } from "./command";

export interface AiParts {
  askAi(): void;
  openMenu(): void;
  openModels(): void;
  /** False where no model is there. */
  complete(): boolean;
  /** Whether text at the caret comes unasked. */
  readonly caretText: { readonly isOn: boolean; toggle(): void };
  /** False where the words at the caret are the writer's. */
  openReceipt(): boolean;
  toggleAuthorship(): void;
}

export const AI: readonly CommandOf<AiParts>[] = [
  { name: "ask", label: "Ask AI…", group: "ai", key: "Mod-j", aliases: ["Mod-Shift-p"], reach: "page", words: "prompt model instruction", run: (parts) => parts.askAi() },
  { name: "menu", label: "Menu of the model’s actions", group: "ai", key: "Shift-F10", run: (parts) => parts.openMenu() },
  { name: "models", label: "Models…", group: "ai", key: "Shift-F4", reach: "page", words: "download choose", run: (parts) => parts.openModels() },
  { name: "complete", label: "Go on with the sentence", group: "ai", key: "Alt-\\", words: "autocomplete continue", run: (parts) => parts.complete() },
  { name: "caret-text", label: "Suggest text in a pause", group: "ai", words: "autocomplete ghost", isOn: ({ caretText }) => caretText.isOn, run: ({ caretText }) => caretText.toggle() },
];

export const AUTHORSHIP: readonly CommandOf<AiParts>[] = [
  { name: "authorship", label: "Show or hide what the model wrote", group: "review", key: "F9", reach: "page", words: "attribution marks", run: (parts) => parts.toggleAuthorship() },
  { name: "receipt", label: "About these words of the model", group: "review", key: "Shift-F9", reach: "page", words: "take back", run: (parts) => parts.openReceipt() },
];
