import assert from "node:assert/strict";
import test from "node:test";

import { changeOf, endOfBlock, type Field, FIELDS, readFrontMatter } from "./front-matter";
import { repeat } from "./random";

/** `text` once `field` says `value`; null where that is not for the form. */
function after(text: string, field: Field, value: string): string | null {
  const change = changeOf(text, field, value);
  return change && text.slice(0, change.from) + change.insert + text.slice(change.to);
}

const block = (...lines: string[]) => `---\n${lines.join("\n")}\n---\n\nWords.\n`;

test("a value is changed where it stands, quoted as it was, with its comment", () => {
  assert.equal(after(block('title: "Old"   # why', "x: 1"), "title", 'A "new" one'), block('title: "A \\"new\\" one"   # why', "x: 1"));
  assert.equal(after(block("title: 'Old'"), "title", "It's"), block("title: 'It''s'"));
  assert.equal(after(block("Title: Old # c"), "title", "New"), block("Title: New # c"));
  assert.equal(after(block("title: Old"), "title", "Part 2: the end"), block('title: "Part 2: the end"'));
  assert.equal(after(block("title:  # none yet"), "title", "New"), block("title: New  # none yet"));
  assert.equal(after(block("title: Old # c"), "title", ""), block("title: # c"));
});

test("what others would take for a number or a switch is quoted", () => {
  for (const value of ["2026", "yes", "null", "3.5", "@me", "- x", "#tag", "a: b", "*x", "true"]) assert.equal(after(block("a: b"), "title", value), block(`title: "${value}"`, "a: b"));
  assert.equal(after(block("a: b"), "date", "2026-11-24"), block("a: b", "date: 2026-11-24"));
});

test("a key that is not there gets a line in its place", () => {
  assert.equal(after(block("title: A", "# about x", "x: 1"), "subtitle", "B"), block("title: A", "subtitle: B", "# about x", "x: 1"));
  assert.equal(after(block("x: 1"), "title", "A"), block("title: A", "x: 1"));
  assert.equal(after("---\n---\n", "title", "A"), "---\ntitle: A\n---\n");
  assert.equal(after("Words.", "title", "A"), "---\ntitle: A\n---\n\nWords.");
  assert.equal(after("---\n\nA ruler, then words.", "title", "A"), "---\ntitle: A\n---\n\n---\n\nA ruler, then words.");
});

test("tags keep how they are written", () => {
  assert.equal(after(block("tags: [ 'a', b ]"), "tags", "a, c, 1"), block("tags: [ 'a', c, \"1\" ]"));
  assert.equal(after(block("tags:", "  - 'a' # first", "  - b", "x: 1"), "tags", "b, a, c"), block("tags:", "  - b", "  - 'a' # first", "  - c", "x: 1"));
  assert.equal(after(block("tags: a, b"), "tags", "a, b, c"), block("tags: a, b, c"));
  assert.equal(after(block("tags:", "- a", "x: 1"), "tags", ""), block("tags: []", "x: 1"));
  assert.equal(after(block("title: A"), "tags", "a, b"), block("title: A", "tags: [a, b]"));
  assert.equal(readFrontMatter(block("tags:", "- a", "- b")).values.tags, "a, b");
});

test("the summary is the description where a document calls it so", () => {
  assert.equal(after(block("description: Old"), "summary", "New"), block("description: New"));
});

test("what a form cannot show is left to the text", () => {
  for (const line of ["title: |\n  two\n  lines", "title: &name x", "title: *name", "title: [a]", "title: a\n  b"]) {
    const text = block(line === "title: *name" ? `a: &name x\n${line}` : line);
    assert(readFrontMatter(text).fixed.has("title"), line);
    assert.equal(after(text, "title", "New"), null);
  }
  assert(readFrontMatter(block("tags:", "- a", "# between", "- b")).fixed.has("tags"));
});

test("what is no YAML is told with its line, and nothing is changed", () => {
  const text = block("x: 1", "title: Part 2: the end");
  const { problem } = readFrontMatter(text);
  assert.equal(problem!.line, 2);
  assert.equal(problem!.text, "Line 3 cannot be read, so this form cannot help: a value with a colon in it needs quotation marks. Mend it in the text.");
  assert.equal(after(text, "title", "New"), null);
  assert(readFrontMatter(block("title: a", "title: b")).problem);
});

const LINES = [
  'title: "Quoted" # why', "title: Plain words", "title:", "subtitle: 'single'", "# a comment", "", "date: 2026-11-24", "tags: [a, 'b c', \"d\"]", "tags:\n  - a # one\n  - b",
  "tags: a, b", "summary: short", "description: >\n  folded\n  words", "layout: letter", "nested:\n  title: not ours\n  list: [1, 2]", "weird key: {a: 1, title: no}", "Title: Upper", "x: 'it''s'", "y: |\n  kept   \n\n  # no comment\n", "z: &a {k: v}", "日本: 語",
];
const VALUES = ["", "New", "It's: \"all\" new", "#1", "yes", "2026-01-05", "a, b, c", "日本 👩‍👩‍👧", "\\ back", "[x]", "- dash", "trailing:", "a #b", "{", "|", "'", '"', "   spaces   ", "tab\there", "\u2028", "%", "@"];

test("whatever is changed, every other byte stays, and it is read as it was meant", () => {
  let done = 0;
  repeat(250, (random) => {
    const keys = new Set<string>();
    const lines = Array.from({ length: random.below(7) }, () => random.pick(LINES)).filter((line) => {
      const key = line.split(":")[0]!.toLowerCase();
      return line.startsWith("#") || line === "" || (!keys.has(key) && keys.add(key));
    });
    const text = random.below(8) ? block(...lines) : "Words.";
    const field = random.pick(FIELDS);
    const value = random.pick(VALUES);
    const change = changeOf(text, field, value);
    if (change === null) return;
    done++;
    const now = text.slice(0, change.from) + change.insert + text.slice(change.to);
    const clean = value.replace(/\s+/g, " ").trim();
    assert.equal(readFrontMatter(now).values[field], field === "tags" ? [...new Set(clean.split(",").map((tag) => tag.trim()))].filter(Boolean).join(", ") : clean);
    const own = new RegExp(`^(?:${{ title: "title", subtitle: "subtitle", date: "date", tags: "tags|  - ", summary: "summary|description" }[field]})`, "i");
    const others = (all: string) => all.split("\n").filter((line) => !own.test(line));
    if (endOfBlock(text) > 0) assert.deepEqual(others(now), others(text));
    else assert(now.endsWith(`\n${text}`));
  });
  assert(done > 60, "most edits were refused");
});
