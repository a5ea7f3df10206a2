import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { bind, type CommandOf, GROUP_TITLES, keysOf } from "./commands/command";
import { normalKey, obstacleTo } from "./commands/keys";
import { keysTable } from "./commands/keys-table";
import { COMMANDS } from "./commands/registry";

test("no two commands share a name, a label or a key", () => {
  for (const told of [COMMANDS.map(({ name }) => name), COMMANDS.map(({ label }) => label), COMMANDS.flatMap(keysOf).map(normalKey)]) {
    assert.deepEqual(told, [...new Set(told)]);
  }
});

test("no command has a key that the browser keeps or that writing needs", () => {
  // Escape means something else as soon as there is no suggestion.
  const keys = COMMANDS.filter(({ reach, name }) => reach !== "native" && name !== "escape").flatMap(keysOf);
  for (const mac of [false, true]) assert.deepEqual(keys.map((key) => obstacleTo(key, mac)).filter(Boolean), []);
});

test("who looks for the trash finds what brings documents back, and nothing that deletes", () => {
  const found = COMMANDS.filter(({ label, words = "" }) => `${label} ${words}`.includes("trash"));
  assert.deepEqual(found.map(({ name }) => name), ["trash"]);
});

test("every command belongs to a group that has a title", () => {
  assert.deepEqual(COMMANDS.filter(({ group }) => !GROUP_TITLES[group]), []);
});

test("the README's table of keys is what the registry says", () => {
  const table = keysTable(COMMANDS);
  assert(readFileSync("../README.md", "utf8").includes(table), `Run \`npm --prefix static run keys\`; README.md must hold:\n${table}`);
});

test("a command that cannot be done now leaves its key alone and says why", () => {
  const table: readonly CommandOf<{ reason: string }>[] = [
    { name: "act", label: "Act", group: "view", when: ({ reason }) => reason, run: () => undefined },
    { name: "refuse", label: "Refuse", group: "view", run: () => false },
  ];
  const [free, refusing] = bind(table, { reason: "" });
  const [held] = bind(table, { reason: "There is nothing to act on." });
  assert.deepEqual([free!.run(), free!.obstacle()], [true, ""]);
  assert.deepEqual([held!.run(), held!.obstacle()], [false, "There is nothing to act on."]);
  assert.equal(refusing!.run(), false);
});
