import assert from "node:assert/strict";
import test from "node:test";

import { type Around, type Clip, fitted, meaningOf, type Named, renumbered, standsAlone } from "./clipboard";

const clip = (parts: Partial<Clip<Named>>): Clip<Named> => ({ text: "", html: "", files: [], language: null, ...parts });
const around = (parts: Partial<Around> = {}): Around => ({ plain: false, verbatim: false, table: false, selected: "", ...parts });
const PNG = { name: "image.png", type: "image/png" };

test("formatted text is what its HTML comes to", () => {
  for (const html of ["<b>x</b>", "<p>x</p><p>y</p>", '<span style="font-weight:700">x</span>', '<a class="q" href="/">x</a>']) {
    assert.equal(meaningOf(clip({ text: "x", html }), around()).kind, "rich", html);
  }
});

test("words without any format stay words", () => {
  assert.equal(meaningOf(clip({ text: "x", html: '<meta charset="utf-8"><span>x</span>' }), around()).kind, "words");
  assert.equal(meaningOf(clip({ text: "x" }), around()).kind, "words");
});

test("words alone are pasted where the writer asks for them, and in code", () => {
  for (const here of [around({ plain: true }), around({ verbatim: true })]) {
    assert.equal(meaningOf(clip({ text: "x", html: "<b>x</b>" }), here).kind, "words");
  }
});

test("an address over words makes them a link", () => {
  const paste = (text: string, selected: string) => meaningOf(clip({ text }), around({ selected }));
  assert.deepEqual(paste("https://a.org/b", "these words "), { kind: "markdown", text: "[these words](https://a.org/b) " });
  assert.deepEqual(paste("https://a.org/b_(c)", "x"), { kind: "markdown", text: "[x](https://a.org/b_%28c%29)" });
  for (const selected of ["", " ", "two\nlines", "https://old.org", "[x](y)"]) assert.equal(paste("https://a.org/b", selected).kind, "words");
  assert.equal(paste("https://a.org/b and more", "x").kind, "words");
});

test("code from a code editor stays code, and Markdown from one is Markdown", () => {
  const paste = (text: string, language: string) => meaningOf(clip({ text, html: "<div>x</div>", language }), around());
  assert.deepEqual(paste("if x:\r\n    y\n", "python"), { kind: "markdown", text: "```python\nif x:\n    y\n```" });
  assert.deepEqual(paste("a ``` b\nc", "markdowny"), { kind: "markdown", text: "````markdowny\na ``` b\nc\n````" });
  assert.deepEqual(paste("f(`x`)", "javascript"), { kind: "markdown", text: "`` f(`x`) ``" });
  assert.equal(paste("# Title\n\nWords", "markdown").kind, "words");
});

test("Markdown that was shown as source is pasted as it is", () => {
  const html = '<pre style="white-space: pre-wrap"># Title\n\nSome **words**</pre>';
  assert.equal(meaningOf(clip({ text: "# Title\n\nSome **words**", html }), around()).kind, "words");
});

test("cells of a spreadsheet go into the table they are pasted in, and are one elsewhere", () => {
  const cells = clip({ text: "a\tb\n1\t2\n" });
  assert.deepEqual(meaningOf(cells, around({ table: true })), { kind: "cells", rows: [["a", "b"], ["1", "2"]] });
  assert.deepEqual(meaningOf(cells, around()), { kind: "markdown", text: "| a   | b   |\n| --- | --- |\n| 1   | 2   |" });
  assert.equal(meaningOf(cells, around({ plain: true, table: true })).kind, "words");
  assert.equal(meaningOf(clip({ text: "one\tline" }), around()).kind, "words");
});

test("a picture is a picture, unless words came with it", () => {
  assert.deepEqual(meaningOf(clip({ files: [PNG], html: '<meta><img src="https://a.org/x.png">' }), around()), { kind: "files", files: [PNG] });
  assert.equal(meaningOf(clip({ files: [PNG], html: "<p>Words</p>", text: "Words" }), around()).kind, "rich");
});

test("blocks are kept apart from the lines around them, words are not", () => {
  assert.equal(fitted("two words\n", { before: "a ", after: " b" }), "two words");
  assert.equal(fitted("# H\n", { before: "a", after: "b" }), "\n\n# H\n\n");
  assert.equal(fitted("# H\n", { before: "a\n", after: "\nb" }), "\n# H\n");
  assert.equal(fitted("- x\n- y\n", { before: "a\n\n", after: "\n\nb" }), "- x\n- y");
  assert.equal(fitted("one\n\ntwo\n", { before: "", after: "" }), "one\n\ntwo");
});

test("a picture stands by itself, but amid words and in lists it stays where it was put", () => {
  assert.equal(standsAlone({ before: "Look:", after: "\n\nMore" }), true);
  assert.equal(standsAlone({ before: "a\n\n", after: "" }), true);
  for (const [before, after] of [["amid ", " words"], ["- item", "\n"], ["> said", ""], ["| a ", "|"]] as const) {
    assert.equal(standsAlone({ before, after }), false, before);
  }
  assert.equal(fitted("![](a)", { before: "Look:", after: "\nMore" }, true), "\n\n![](a)\n");
});

test("footnotes are numbered on from those of the document", () => {
  const pasted = "x[^1] y[^2]\n\n[^1]: one\n\n[^2]: two";
  assert.equal(renumbered(pasted, "no notes"), pasted);
  assert.equal(renumbered(pasted, "a[^1]\n\n[^1]: b[^3]"), "x[^2] y[^4]\n\n[^2]: one\n\n[^4]: two");
});
