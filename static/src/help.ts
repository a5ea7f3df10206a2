/** What the product does, and all of its commands with their keys. */

import { type Command, type Group, GROUP_TITLES, keysOf } from "./commands/command";
import { keyLabel } from "./commands/keys";
import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import type { Preferences } from "./settings";

const usage = (host: string) => [
  `Select words, or put the caret into a paragraph, and right-click or press “AI”: the model ${host ? `at ${host}` : "on this machine"} rewrites them. Its answer stands beside your text until you accept or reject it, change by change.`,
  `What you write is saved by itself as a plain file. ${host ? `What you ask the model about goes to ${host}, with some of the text around it; nothing else leaves this machine` : "Nothing leaves this machine"}.`,
  "Every version is kept: the document’s name at the top opens a menu with its history, and what you delete waits below the list of documents.",
];
const BY_HAND =
  "Shift + right-click opens the browser’s own menu, with its spelling suggestions. To leave the text by keyboard, press Escape and then Tab.";

/** Where it opened by itself, the writer says whether it shall do so again. */
export async function showHelp(dialogs: Dialogs, commands: readonly Command[], version: string, host: string, preferences: Preferences): Promise<void> {
  const groups = (Object.keys(GROUP_TITLES) as Group[]).filter((group) => commands.some((command) => command.group === group));
  const again = h("input", { type: "checkbox", id: "help-again" });
  again.checked = preferences.values.help_at_start === "always";
  again.addEventListener("change", () => void preferences.change({ help_at_start: again.checked ? "always" : "never" }));
  await dialogs.ask({
    title: "Help",
    wide: true,
    body: [
      ...usage(host).map((sentence) => h("p", {}, sentence)),
      h("p", { class: "by-hand" }, BY_HAND),
      h("div", { class: "keys" }, ...groups.map((group) => section(group, commands))),
      h("label", { class: "check" }, again, "Show this at every start"),
      h("p", { class: "quiet" }, `ME_AI ${version} · `, h("a", { href: "/static/THIRD-PARTY.txt", target: "_blank" }, "Licences")),
    ],
    answers: [{ label: "Close", value: null }],
  });
}

function section(group: Group, commands: readonly Command[]): HTMLElement {
  const rows = commands
    .filter((command) => command.group === group)
    .map((command) => h("div", {}, h("dt", {}, command.label), h("dd", {}, ...keysOf(command).flatMap((key, i) => [...(i > 0 ? [" · "] : []), h("kbd", {}, keyLabel(key))]))));
  return h("section", {}, h("h3", {}, GROUP_TITLES[group]), h("dl", {}, ...rows));
}
