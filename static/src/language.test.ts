import assert from "node:assert/strict";
import test from "node:test";

import { languages } from "@codemirror/language-data";
import { LanguageDescription } from "@codemirror/language";
import { IterMode, type Tree, TreeFragment } from "@lezer/common";

import { language } from "./language";
import { repeat } from "./random";

const { parser } = language().language;

function written(tree: Tree): string {
  const nodes: string[] = [];
  tree.iterate({ enter: ({ name, from, to }) => void nodes.push(`${name} ${from}-${to}`) });
  return nodes.join(", ");
}

/** The front matter of `doc`, what it holds, and what follows it. */
function parts(doc: string): string[] {
  const found: string[] = [];
  const enter = ({ name, from, to }: { name: string; from: number; to: number }) => void (/^F|^Body/.test(name) && found.push(doc.slice(from, to)));
  parser.parse(doc).iterate({ enter, mode: IterMode.IgnoreMounts });
  return found;
}

test("front matter begins with the text and ends with the next line of three dashes", () => {
  assert.deepEqual(parts("---\na: 1\n---\n# x"), ["---\na: 1\n---\n", "a: 1\n", "# x"]);
  assert.deepEqual(parts("---\n---\n# x"), ["---\n---\n", "", "# x"]);
  assert.deepEqual(parts("---\na: 1\n---"), ["---\na: 1\n---", "a: 1\n", ""]);
  assert.deepEqual(parts("---\na\n----\n---x\n---\n"), ["---\na\n----\n---x\n---\n", "a\n----\n---x\n", ""]);
});

test("front matter that is not closed yet goes on to the end, and a rule alone is none", () => {
  assert.deepEqual(parts("---\n# a"), ["---\n# a", "# a", ""]);
  for (const doc of ["---", "---\n", "\n---\na\n\n---\n", "--- \na\n\n---\n", "----\na\n\n---\n"]) assert.deepEqual(parts(doc), [doc]);
});

test("front matter may be as long as it likes", () => {
  for (let length = 8_180; length < 8_200; length++) {
    const content = `${"x".repeat(length)}\n`;
    assert.equal(parts(`---\n${content}---\n# x\n\n---\n`)[1], content, String(length));
  }
});

test("what is read anew after each change is what is read of the whole", () => {
  repeat(50, ({ below, pick, text }) => {
    let doc = `---\n${text(5)}\n---\n\n# ${text(20)}\n`;
    let fragments = TreeFragment.addTree(parser.parse(doc));
    for (let change = 0; change < 8; change++) {
      const from = below(2) ? below(Math.min(12, doc.length)) : below(doc.length);
      const to = Math.min(doc.length, from + below(4));
      const insert = pick(["", "-", "\n", "---\n", "\n---\n", "a: 1\n", "# b\n", "```\n"]);
      doc = doc.slice(0, from) + insert + doc.slice(to);
      fragments = [...TreeFragment.applyChanges(fragments, [{ fromA: from, toA: to, fromB: from, toB: from + insert.length }])];
      const tree = parser.parse(doc, fragments);
      assert.equal(written(tree), written(parser.parse(doc)), JSON.stringify(doc));
      fragments = [...TreeFragment.addTree(tree, fragments)];
    }
  });
});

test("YAML is read as soon as its parser is there", async () => {
  const doc = "---\na: 1\n---\n";
  parser.parse(doc);
  await LanguageDescription.matchLanguageName(languages, "yaml")!.load();
  await new Promise<void>((done) => setImmediate(done));
  assert(written(parser.parse(doc)).includes("BlockMapping 4-8, Pair 4-8"));
});
