/** The README's table of keys: a row for each group. `npm run keys` writes it there. */

import { type Description, GROUP_TITLES, type Group, keysOf } from "./command";
import { keyLabel } from "./keys";

export function keysTable(commands: readonly Description[]): string {
  const rows = (Object.keys(GROUP_TITLES) as Group[]).flatMap((group) => {
    const withKeys = commands.filter((command) => command.group === group && keysOf(command).length > 0);
    const entries = withKeys.map((command) => `${command.label.replace(/…$/, "")} ${keysOf(command).map(written).join(" or ")}`);
    return entries.length > 0 ? [`| ${GROUP_TITLES[group]} | ${entries.join(" · ")} |`] : [];
  });
  return ["| | Keys |", "| --- | --- |", ...rows].join("\n");
}

function written(key: string): string {
  return `\`${keyLabel(key, false)}\``;
}
