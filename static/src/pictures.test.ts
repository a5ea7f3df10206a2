import assert from "node:assert/strict";
import test from "node:test";

import { inHtml, inJson } from "./exporting";
import { columnWidths, wrapped } from "./pictures";

const measure = (text: string) => [...text].length * 10;

test("columns are as wide as their widest cell, and share what a narrow table leaves of Substack's column", () => {
  assert.deepEqual(columnWidths([["a", "bbb"], ["cc", "d".repeat(40)]], measure), [21 + 105, 401 + 105]);
  assert.deepEqual(columnWidths([["a".repeat(40), "b".repeat(40)]], measure), [401, 401]);
});

test("in a wide table narrow columns get what they want, and all of it fits", () => {
  const row = ["x", ...Array.from({ length: 6 }, () => "w".repeat(90))];
  const widths = columnWidths([row], measure);
  assert.equal(widths[0], 11);
  assert.equal(widths.reduce((sum, width) => sum + width, 0) <= 1400, true);
});

test("words wrap, and one that is wider than its column is cut between signs", () => {
  assert.deepEqual(wrapped("aa bb ccc", 50, measure), ["aa bb", "ccc"]);
  assert.deepEqual(wrapped("🍅🍅🍅", 20, measure), ["🍅🍅", "🍅"]);
  assert.deepEqual(wrapped("", 20, measure), [""]);
});

const PICTURE = { src: "data:image/png;base64,AAAA", width: 4, height: 2 };

test("pictures go where their names stand in the paste", () => {
  const html = '<figure><img src="table-1" alt="a"><figcaption>c</figcaption></figure>';
  assert.equal(inHtml(html, new Map([["table-1", PICTURE]])), html.replace("table-1", PICTURE.src));
});

test("a picture that could not be drawn leaves its description and its footnotes in the JSON", () => {
  const caption = { type: "caption", content: [{ type: "footnoteAnchor", attrs: { number: 1 } }] };
  const image = { type: "captionedImage", content: [{ type: "image2", attrs: { src: "image-1", alt: "A map" } }, caption] };
  const done = JSON.parse(inJson(JSON.stringify({ type: "doc", content: [image] }), new Map([["image-1", null]])));
  assert.deepEqual(done.content, [
    { type: "paragraph", attrs: { textAlign: null }, content: [{ type: "text", text: "[Image: A map] " }, ...caption.content] },
  ]);
});

test("what could not be drawn leaves its description", () => {
  assert.equal(inHtml('<p>x</p><figure><img src="formula-1" alt="a &lt; b"></figure>', new Map([["formula-1", null]])), "<p>x</p><pre><code>a &lt; b</code></pre>");
});

test("pictures go into the JSON with their size", () => {
  const post = { type: "doc", content: [{ type: "captionedImage", content: [{ type: "image2", attrs: { src: "table-1", width: null } }] }, { type: "text", text: "table-1" }] };
  const done = JSON.parse(inJson(JSON.stringify(post), new Map([["table-1", PICTURE]])));
  assert.deepEqual(done.content[0].content[0].attrs, { ...PICTURE, bytes: 3, type: "image/png" });
  assert.equal(done.content[1].text, "table-1");
});
