/** What the model can be asked for, as commands: the actions that the server offers, a writer's own among them. */

import type { Action } from "../protocol";
import type { Command } from "./command";

/** `ask` needs words, which another command asks for, and `autocomplete` is the one at the caret. */
const ELSEWHERE = new Set(["ask", "autocomplete"]);

/** Where an action cannot be done, `act` says why and what helps. */
export function actionCommands(actions: readonly Action[], act: (action: Action) => void): readonly Command[] {
  return actions
    .filter(({ name }) => !ELSEWHERE.has(name))
    .map((action) => ({
      name: action.name.startsWith("own-") ? action.name : `ai-${action.name}`,
      label: action.label,
      group: "ai",
      words: "ai model rewrite",
      ...(action.key && { key: action.key }),
      obstacle: () => "",
      run: () => (act(action), true),
    }));
}
