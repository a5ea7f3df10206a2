import assert from "node:assert/strict";
import test from "node:test";

import { EditorState } from "@codemirror/state";

import { createEnglish, dialectOf } from "./english";

const stateOf = (doc: string) => EditorState.create({ doc });

test("the front matter may say whose English it is", () => {
  assert.equal(dialectOf(stateOf("---\ntitle: A\nlang: en-GB\n---\n\nText").doc), "british");
  assert.equal(dialectOf(stateOf("---\nlanguage: 'en_au'\n---\n").doc), "australian");
  assert.equal(dialectOf(stateOf("---\nlang: de\n---\n").doc), "");
  assert.equal(dialectOf(stateOf("lang: en-GB").doc), "");
});

test("each document is checked as was chosen for it; its front matter goes first, unless it is not checked at all", () => {
  const kept = new Map<string, string>();
  Object.assign(globalThis, { localStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) } });
  let open = "One";
  let standing: "auto" | "canadian" = "auto";
  const english = createEnglish(() => open, () => standing);
  const [plain, british] = [stateOf("Hello.").doc, stateOf("---\nlang: en-GB\n---\n").doc];
  assert.equal(english.of(plain), "");
  standing = "canadian";
  assert.deepEqual([english.of(plain), english.of(british)], ["canadian", "british"]);
  english.choose("indian");
  assert.deepEqual([english.of(plain), english.of(british)], ["indian", "british"]);
  open = "Two";
  assert.equal(english.chosen, "");
  english.choose("off");
  assert.deepEqual([english.of(plain), english.of(british)], ["off", "off"]);
  kept.set("meai-english", "nonsense");
  assert.equal(english.chosen, "");
});
