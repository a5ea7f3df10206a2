import assert from "node:assert/strict";
import test from "node:test";

import { linksBeside, relinked } from "./relinking";

const TEXT = [
  "![a](images/a.png) [b](<../Other letter.md>) [c](./c.md#part) ![d](../images/d.png \"D\")",
  "[e](https://example.org) [f](#part) [g](/top.md) [h][h]",
  "",
  "[h]: notes/h.md",
].join("\n");

test("links lead where they led, however they are written", () => {
  const moved = relinked(TEXT, "Posts/Letter.md", "Archive/2026/Letter.md");
  assert.deepEqual(linksBeside(moved), [
    "../../Posts/images/a.png",
    "../../Other letter.md",
    "../../Posts/c.md#part",
    "../../images/d.png",
    "../../Posts/notes/h.md",
  ]);
});

test("all else stays as it is, and so does a text that does not move", () => {
  const moved = relinked(TEXT, "Posts/Letter.md", "Letter.md");
  assert.equal(moved.includes("[e](https://example.org) [f](#part) [g](/top.md) [h][h]\n"), true);
  assert.equal(moved.includes('![d](images/d.png "D")'), true);
  const plain = TEXT.replace("(./", "(");
  assert.equal(relinked(plain, "Posts/Letter.md", "Posts/Other.md"), plain);
});

test("there and back is the same text", () => {
  const plain = TEXT.replace("(./", "(");
  assert.equal(relinked(relinked(plain, "Posts/Letter.md", "A/B/C/Letter.md"), "A/B/C/Letter.md", "Posts/Letter.md"), plain);
});

test("what leads out of the workspace is left alone", () => {
  assert.equal(relinked("[a](../../x.md)", "Posts/Letter.md", "Letter.md"), "[a](../../x.md)");
});
