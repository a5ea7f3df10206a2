import { Text } from "@codemirror/state";
import assert from "node:assert/strict";
import test from "node:test";

import { tongueOf } from "./tongue";

const of = (text: string) => tongueOf(Text.of(text.split("\n")));

test("a document says its language in its front matter, and the language says the direction", () => {
  assert.deepEqual(of("---\ntitle: A\nlang: he\n---\nText"), { lang: "he", dir: "rtl" });
  assert.deepEqual(of('---\nlanguage: "ar-EG"\n---'), { lang: "ar-EG", dir: "rtl" });
  assert.deepEqual(of("---\nlang: de\n---\n"), { lang: "de", dir: "ltr" });
});

test("a direction that is said stands above the language's", () => {
  assert.deepEqual(of("---\nlang: he\ndir: ltr\n---\n"), { lang: "he", dir: "ltr" });
  assert.deepEqual(of("---\ndir: RTL\n---\n"), { lang: "", dir: "rtl" });
});

test("where nothing is said, or nothing that is a language, nothing is known", () => {
  for (const text of ["", "lang: he", "---\nlang: he", "---\nlang: -\n---", "---\ntitle: lang\n---\nlang: he\n---"]) {
    assert.deepEqual(of(text), { lang: "", dir: "" }, text);
  }
});
