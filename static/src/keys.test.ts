import assert from "node:assert/strict";
import test from "node:test";

import { bind, type CommandOf, keysOf } from "./commands/command";
import { ownerOf, withOwnKeys } from "./commands/keyboard";
import { isPress, keyLabel, keyOf, normalKey, obstacleTo, type Press } from "./commands/keys";
import { COMMANDS } from "./commands/registry";

function press(key: string, code: string, ...held: ("ctrl" | "meta" | "alt" | "shift" | "AltGraph")[]): Press {
  const [ctrlKey, metaKey, altKey, shiftKey] = (["ctrl", "meta", "alt", "shift"] as const).map((each) => held.includes(each));
  return { key, code, ctrlKey: ctrlKey!, metaKey: metaKey!, altKey: altKey!, shiftKey: shiftKey!, getModifierState: (name) => held.some((each) => each === name) };
}

test("keys are written as the machine's keyboard writes them", () => {
  assert.equal(keyLabel("Mod-Shift-x", false), "Ctrl+Shift+X");
  assert.equal(keyLabel("Mod-Shift-x", true), "⌘⇧X");
  assert.equal(keyLabel("Alt-Backspace", true), "⌥⌫");
  assert.equal(keyLabel("Mod--", false), "Ctrl+-");
});

test("a letter is what is printed on the key, and its place where nothing Latin is printed", () => {
  assert(isPress(press("b", "KeyN", "ctrl"), "Mod-b", false), "Dvorak");
  assert(!isPress(press("x", "KeyB", "ctrl"), "Mod-b", false), "Dvorak");
  assert(isPress(press("и", "KeyB", "ctrl"), "Mod-b", false), "Russian");
  assert(isPress(press("B", "KeyB", "ctrl"), "Mod-b", false), "Caps Lock");
});

test("digits and signs under Shift are meant by their place", () => {
  assert(isPress(press("/", "Digit7", "ctrl", "shift"), "Mod-Shift-7", false), "German");
  assert(isPress(press("&", "Digit7", "ctrl", "shift"), "Mod-Shift-7", false), "of the United States");
  assert(isPress(press("|", "Backslash", "ctrl", "shift"), "Mod-Shift-\\", false));
  assert(isPress(press("«", "Backslash", "alt"), "Alt-\\", true), "a Mac writes signs with ⌥");
  assert(isPress(press("®", "KeyR", "alt"), "Alt-r", true));
});

test("AltGr writes signs and is no key of ours", () => {
  assert(!isPress(press("\\", "Minus", "ctrl", "alt", "AltGraph"), "Mod-Alt-\\", false));
});

test("all modifiers count, and Mod is ⌘ on a Mac alone", () => {
  assert(!isPress(press("b", "KeyB", "ctrl", "shift"), "Mod-b", false));
  assert(!isPress(press("b", "KeyB", "ctrl"), "Mod-b", true));
  assert(isPress(press("b", "KeyB", "meta"), "Mod-b", true));
});

test("a key that was pressed is written as it will be recognised", () => {
  for (const each of [press("&", "Digit7", "ctrl", "shift"), press("и", "KeyB", "ctrl"), press("F8", "F8", "shift"), press("-", "Minus", "ctrl", "alt")]) {
    assert(isPress(each, keyOf(each, false)!, false), keyOf(each, false)!);
  }
  assert.equal(keyOf(press("&", "Digit7", "ctrl", "shift"), false), "Mod-Shift-7");
  assert.equal(keyOf(press("Shift", "ShiftLeft", "shift"), false), null);
});

test("what browsers keep and what is needed for writing cannot be given to a command", () => {
  assert.equal(obstacleTo("Mod-Shift-b", false), "");
  assert.equal(obstacleTo("F2", false), "");
  assert(obstacleTo("Mod-t", false).includes("browser"));
  assert(obstacleTo("Shift-a", false).includes("writing"));
});

test("no key of a command is one that browsers keep", () => {
  const editors = new Set(["Escape", "Enter"]);
  const keys = COMMANDS.filter(({ reach }) => reach !== "native").flatMap(keysOf).filter((key) => !editors.has(key));
  assert.deepEqual(keys.filter((key) => obstacleTo(key, false)), []);
});

const TABLE: readonly CommandOf<null>[] = [
  { name: "bold", label: "Bold", group: "text", key: "Mod-b", run: () => undefined },
  { name: "ask", label: "Ask", group: "ai", key: "Mod-j", aliases: ["Mod-Shift-p"], run: () => undefined },
  { name: "undo", label: "Undo", group: "clipboard", key: "Mod-z", reach: "native", run: () => undefined },
];

test("the writer's own key takes the place of the command's, and is taken from whoever had it", () => {
  const keys = (own: Record<string, string>) => withOwnKeys(bind(TABLE, null), own).map((command) => keysOf(command).join(" "));
  assert.deepEqual(keys({}), ["Mod-b", "Mod-j Mod-Shift-p", "Mod-z"]);
  assert.deepEqual(keys({ bold: "Alt-b" }), ["Alt-b", "Mod-j Mod-Shift-p", "Mod-z"]);
  assert.deepEqual(keys({ bold: "Shift-Mod-p" }), ["Shift-Mod-p", "Mod-j", "Mod-z"]);
  assert.deepEqual(keys({ bold: "" }), ["", "Mod-j Mod-Shift-p", "Mod-z"]);
  assert.deepEqual(keys({ undo: "F2" }), ["Mod-b", "Mod-j Mod-Shift-p", "Mod-z"]);
  assert.equal(ownerOf(bind(TABLE, null), "Shift-Mod-p")!.name, "ask");
  assert.equal(normalKey("Shift-Mod-P"), "Mod-Shift-p");
});
