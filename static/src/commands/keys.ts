/** Keys: how people read them, and whether a key press is one. Keys are written as CodeMirror does: `Mod-Shift-x`. */

/** What is read of a key press. */
export interface Press {
  readonly key: string;
  /** The place on the keyboard, whatever is printed there. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  getModifierState(name: string): boolean;
}

const ARROWS = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };
const MAC_SIGNS: Record<string, string> = {
  ...ARROWS,
  Mod: "⌘",
  Ctrl: "⌃",
  Alt: "⌥",
  Shift: "⇧",
  Enter: "↩",
  Backspace: "⌫",
  Escape: "Esc",
};
const OTHER_SIGNS: Record<string, string> = { ...ARROWS, Mod: "Ctrl", Meta: "Super", Escape: "Esc" };
const MODIFIERS = ["Ctrl", "Mod", "Meta", "Alt", "Shift"];

/** Where signs stand on a keyboard of the United States, which `code` is named after. */
const PLACES: Record<string, string> = {
  "\\": "Backslash",
  "/": "Slash",
  ".": "Period",
  ",": "Comma",
  ";": "Semicolon",
  "'": "Quote",
  "[": "BracketLeft",
  "]": "BracketRight",
  "`": "Backquote",
  "-": "Minus",
  "=": "Equal",
};
const SIGNS = Object.fromEntries(Object.entries(PLACES).map(([sign, place]) => [place, sign]));

/** What browsers keep for themselves, or what would take from a writer something that every page has. */
const BROWSERS_OWN = new Set(
  [
    ..."tnwlrpuq0123456789".split("").map((letter) => `Mod-${letter}`),
    ..."tnwr".split("").map((letter) => `Mod-Shift-${letter}`),
    ..."=-".split("").map((sign) => `Mod-${sign}`),
    ...["Mod-Tab", "Mod-Shift-Tab", "Mod-PageUp", "Mod-PageDown", "Mod-F4", "Mod-Shift-Delete", "Mod-Shift-i", "Mod-Shift-j"],
    ...["F3", "F5", "F7", "F11", "F12", "Alt-F4", "Alt-ArrowLeft", "Alt-ArrowRight", "Alt-Home", "Alt-d", "Tab", "Shift-Tab"],
  ].map(normalKey),
);

export const isMac = (): boolean => /Mac|iP(?:hone|ad)/.test(navigator.platform);

/** `Mod-Shift-x` as this machine's keyboard writes it. */
export function keyLabel(key: string, mac = isMac()): string {
  const signs = mac ? MAC_SIGNS : OTHER_SIGNS;
  return partsOf(key)
    .map((part) => signs[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(mac ? "" : "+");
}

/** The one way to write `key`: two keys that mean the same press are the same text. */
export function normalKey(key: string): string {
  const parts = partsOf(key);
  const last = parts.at(-1)!;
  const held = MODIFIERS.filter((modifier) => parts.slice(0, -1).includes(modifier));
  return [...held, last.length === 1 ? last.toLowerCase() : last].join("-");
}

/** Why a writer's command cannot have it, as a sentence; empty if it can. */
export function obstacleTo(key: string, mac = isMac()): string {
  const parts = partsOf(normalKey(key));
  const last = parts.at(-1)!;
  const bare = parts.length === 1 || (parts.length === 2 && parts[0] === "Shift");
  if (bare && !/^F\d+$/.test(last)) return `${keyLabel(key, mac)} is needed for writing; hold ${keyLabel("Mod", mac)} or ${keyLabel("Alt", mac)} with it.`;
  return BROWSERS_OWN.has(normalKey(key)) ? `${keyLabel(key, mac)} belongs to the browser.` : "";
}

/**
 * Whether `press` is `key`. A letter is what is printed on the key, so it moves with the layout; where none of the Latin
 * ones is printed there, and for digits and signs under Shift or Alt, the place on the keyboard decides.
 */
export function isPress(press: Press, key: string, mac = isMac()): boolean {
  if (press.getModifierState("AltGraph")) return false;
  const parts = partsOf(key);
  const sign = parts.pop()!;
  const held = new Set(parts.map((part) => (part === "Mod" ? (mac ? "Meta" : "Ctrl") : part)));
  if (press.ctrlKey !== held.has("Ctrl") || press.metaKey !== held.has("Meta") || press.altKey !== held.has("Alt")) return false;
  return press.shiftKey === held.has("Shift") && signsOf(press).includes(sign.length === 1 ? sign.toLowerCase() : sign);
}

/** The key that was pressed; null while only modifiers are down. */
export function keyOf(press: Press, mac = isMac()): string | null {
  if (["Control", "Meta", "Alt", "Shift", "AltGraph", "Dead", "Process", "Unidentified"].includes(press.key)) return null;
  const own = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  const held = [other && (mac ? "Ctrl" : "Meta"), own && "Mod", press.altKey && "Alt", press.shiftKey && "Shift"];
  const sign = signsOf(press).at(-1)!;
  return normalKey([...held.filter(Boolean), sign].join("-"));
}

/** What the key means: what is printed on it, or what stands at its place; the last is what it is called. */
function signsOf({ key, code, shiftKey, altKey }: Press): readonly string[] {
  if (key.length > 1) return [key];
  const place = /^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase() ?? SIGNS[code];
  if (place === undefined) return [key.toLowerCase()];
  if (/^[a-z]$/i.test(key)) return [key.toLowerCase()];
  const moved = shiftKey || altKey || /[^ -~]/.test(key);
  // Where digits need Shift, their keys print signs.
  return moved || /\d/.test(place) ? [key, place] : [key];
}

function partsOf(key: string): string[] {
  return key.split(/-(?!$)/);
}
