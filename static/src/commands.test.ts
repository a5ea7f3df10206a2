import assert from "node:assert/strict";
import test from "node:test";

import { keyLabel } from "./commands";

test("keys are written as the machine's keyboard writes them", () => {
  assert.equal(keyLabel("Mod-Shift-x", false), "Ctrl+Shift+X");
  assert.equal(keyLabel("Mod-Shift-x", true), "⌘⇧X");
  assert.equal(keyLabel("Alt-Backspace", true), "⌥⌫");
});
