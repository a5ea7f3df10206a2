import assert from "node:assert/strict";
import test from "node:test";

import { history, undo } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";

import { language } from "./language";
import { repeat } from "./random";
import { headingsOf, indexAt, moved, sectionAt, siblingOf } from "./sections";

function stateOf(doc: string, anchor = 0): EditorState {
  return EditorState.create({ doc, selection: { anchor }, extensions: [language(), history()] });
}

const headingsIn = (doc: string) => headingsOf(stateOf(doc), 1_000)!;

function afterMove(doc: string, index: number, target: number): string {
  const state = stateOf(doc);
  const move = moved(state, headingsOf(state, 1_000)!, index, target);
  return move ? state.update(move.spec).state.doc.toString() : doc;
}

test("headings are those of the document: not of front matter, code, quotations and lists", () => {
  const doc = "---\ntitle: x\n# no: key\n---\n\n# One\n\n> # quoted\n\n- # listed\n\n```\n# code\n```\n\nTwo\n===\n\n### Three ###\n\n#hash";
  assert.deepEqual(headingsIn(doc).map(({ level, title }) => [level, title]), [[1, "One"], [1, "Two"], [3, "Three"]]);
});

test("a title is its words without marks", () => {
  const title = (line: string) => headingsIn(line)[0]!.title;
  assert.equal(title("# The **bold** and *fine* `code`[^1] [link](https://a.org) ![alt](x.png)"), "The bold and fine code link alt");
  assert.equal(title("## snake_case_name \\* stays"), "snake_case_name * stays");
  assert.equal(title("#"), "");
});

test("a section goes up to the next heading of its rank, without the notes that close the document", () => {
  const doc = "# A\n\na\n\n## B\n\nb\n\n# C\n\nc\n\n[^1]: note\n    more\n\n[x]: https://a.org\n";
  const state = stateOf(doc);
  const text = (index: number) => {
    const { from, to } = sectionAt(state.doc, headingsIn(doc), index);
    return doc.slice(from, to);
  };
  assert.deepEqual([0, 1, 2].map(text), ["# A\n\na\n\n## B\n\nb\n\n", "## B\n\nb\n\n", "# C\n\nc\n\n"]);
  assert.equal(indexAt(headingsIn(doc), 8), 1);
  assert.equal(siblingOf(headingsIn(doc), 0, 1), 2);
  assert.equal(siblingOf(headingsIn(doc), 1, 1), null);
});

test("a section is moved with all below it, and the document ends as it did", () => {
  const doc = "# A\n\na\n\n## Aa\n\n# B\n\nb";
  assert.equal(afterMove(doc, 2, 0), "# B\n\nb\n\n# A\n\na\n\n## Aa");
  assert.equal(afterMove(doc, 0, 3), "# B\n\nb\n\n# A\n\na\n\n## Aa");
  assert.equal(afterMove(doc, 0, 2), doc);
  assert.equal(afterMove("# A\na\n# B\nb\n\n[^1]: n", 0, 2), "# B\nb\n\n# A\na\n\n[^1]: n");
});

test("what runs into each other is parted", () => {
  assert.equal(afterMove("words\n# A\n\nB\n===\nb", 1, 0), "words\n\nB\n===\nb\n\n# A");
});

test("the caret goes along with its section", () => {
  const state = stateOf("# A\n\na\n\n# B\n\nbe", 14);
  const { selection, doc } = state.update(moved(state, headingsOf(state, 1_000)!, 1, 0)!.spec).state;
  assert.equal(doc.sliceString(selection.main.head), "e\n\n# A\n\na");
});

const PIECES = ["# A", "## B", "### C", "#### D", "Title\n===", "Sub\n---", "", "", "words", "- item\n  # in it", "> # quoted", "```\n# code\n```", "[^1]: note", "| a |\n| - |", "    indented", "```", "日本 👩‍👩‍👧", "<div>", "  "];

test("moving loses no character and no line, and is one undo step", () => {
  repeat(500, (random) => {
    const doc = Array.from({ length: random.below(14) }, () => random.pick(PIECES)).join(random.pick(["\n", "\n\n"])) + random.pick(["", "\n", "\n\n"]);
    let state = stateOf(doc, random.below(doc.length + 1));
    const headings = headingsOf(state, 1_000)!;
    if (headings.length === 0) return;
    const move = moved(state, headings, random.below(headings.length), random.below(headings.length + 1));
    if (move === null) return;
    state = state.update(move.spec).state;
    const signs = (text: string) => [...text.replace(/\s/g, "")].sort().join("");
    assert.equal(signs(state.doc.toString()), signs(doc));
    const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "").sort();
    assert.deepEqual(lines(state.doc.toString()), lines(doc));
    undo({ state, dispatch: (transaction) => (state = transaction.state) });
    assert.equal(state.doc.toString(), doc);
  });
});
