import assert from "node:assert/strict";
import test from "node:test";

import { applyChanges } from "./diff";
import { type Fix, fixFor, subtitleRange } from "./exporting-fixes";
import type { Note } from "./protocol";

const CHOICES = { tables: ["best", "picture", "list", "code"], images: ["embed", "link"] } as const;

function note(fix: string, line: number | null = null, message = ""): Note {
  return { line, kind: "check", construct: "", message, fix };
}

function wordsOf(fix: Fix | null): Extract<Fix, { kind: "words" }> {
  if (fix?.kind !== "words") throw new Error("There are no words to ask for.");
  return fix;
}

function worded(fix: Fix | null, text: string, words: string): string {
  const { from, to, written } = wordsOf(fix);
  return applyChanges(text, [{ from, to, insert: written(words) }]);
}

test("a table is turned by its option, unless it is that already or the target has none", () => {
  assert.deepEqual(fixFor(note("table-list"), "", CHOICES, {}), { kind: "option", name: "tables", value: "list" });
  assert.equal(fixFor(note("table-list"), "", CHOICES, { tables: "list" }), null);
  assert.equal(fixFor(note("table-list"), "", {}, {}), null);
});

test("an image is embedded where it was linked by choice", () => {
  assert.equal(fixFor(note("embed-image"), "", CHOICES, {}), null);
  assert.deepEqual(fixFor(note("embed-image"), "", CHOICES, { images: "link" }), { kind: "option", name: "images", value: "embed" });
});

for (const [before, after] of [
  ["---\nsubtitle: Long and long\n---\nx", "---\nsubtitle: Short\n---\nx"],
  ['---\ntitle: T\nsubtitle: "Long: long"\n---\n', '---\ntitle: T\nsubtitle: "Short"\n---\n'],
  ["---\ndescription: 'Long'\n---\n", "---\ndescription: 'Short'\n---\n"],
] as const) {
  test(`the subtitle of ${JSON.stringify(before)} is found and replaced`, () => {
    assert.equal(worded(fixFor(note("shorten-subtitle"), before, {}, {}), before, "Short"), after);
  });
}

test("a subtitle that YAML would read otherwise is quoted", () => {
  const text = "---\nsubtitle: Long\n---\n";
  assert.equal(worded(fixFor(note("shorten-subtitle"), text, {}, {}), text, "One: two"), '---\nsubtitle: "One: two"\n---\n');
});

test("a subtitle is looked for in the front matter alone", () => {
  assert.equal(subtitleRange("subtitle: none\n"), null);
});

test("a description goes into the image that has none", () => {
  const text = "a\n\n![b](c.png) ![](d.png)\n";
  assert.equal(worded(fixFor(note("add-alt", 2), text, {}, {}), text, "A [shed]"), "a\n\n![b](c.png) ![A \\[shed\\]](d.png)\n");
});

test("what trips the filter is offered with spaces that nobody types", () => {
  const text = "Edit /etc/hosts now";
  const fix = fixFor(note("replace-string", 0, "Substack’s filter takes “/etc/hosts” for an attack."), text, {}, {});
  assert.equal(wordsOf(fix).value.includes("/etc/hosts"), false);
  assert.equal(worded(fix, text, "the hosts file"), "Edit the hosts file now");
});

test("a heading that skips a rank follows the one above, whatever code says", () => {
  const text = "# A\n\n```\n##### no\n```\n\n#### B\n";
  const fix = fixFor(note("fix-heading", 6), text, {}, {});
  assert.equal(fix?.kind === "change" && applyChanges(text, [fix.change]), "# A\n\n```\n##### no\n```\n\n## B\n");
});

test("a line that is there no more has no fix", () => {
  assert.equal(fixFor(note("add-alt", 9), "a", {}, {}), null);
});
