/** Keys as people read them. */

const MAC_SIGNS: Record<string, string> = {
  Mod: "⌘",
  Alt: "⌥",
  Shift: "⇧",
  Enter: "↩",
  Backspace: "⌫",
  Escape: "Esc",
};
const OTHER_SIGNS: Record<string, string> = { Mod: "Ctrl", Enter: "Enter", Escape: "Esc" };

/** `Mod-Shift-x` as this machine's keyboard writes it. */
export function keyLabel(key: string, mac = /Mac|iP(?:hone|ad)/.test(navigator.platform)): string {
  const signs = mac ? MAC_SIGNS : OTHER_SIGNS;
  return key
    .split("-")
    .map((part) => signs[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(mac ? "" : "+");
}
