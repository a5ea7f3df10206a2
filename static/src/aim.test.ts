import assert from "node:assert/strict";
import test from "node:test";

import { EditorState } from "@codemirror/state";

import { aim } from "./aim";
import { language } from "./language";
import type { Action } from "./protocol";

const FLUENT: Action = { name: "make-fluent", label: "Make it fluent", scope: "replace" };

/** What is sent of `text`, where `«…»` is selected. */
function meant(text: string): string {
  const [before, selected, after] = text.split(/[«»]/) as [string, string, string];
  const extensions = [language()];
  const state = EditorState.create({ doc: before + selected + after, selection: { anchor: before.length, head: before.length + selected.length }, extensions });
  const target = aim(state, FLUENT);
  return typeof target === "string" ? target : state.sliceDoc(target.source.from, target.source.to);
}

test("what is selected is meant, without the white space at its ends", () => {
  assert.equal(meant("We was «very glad »then."), "very glad");
  assert.equal(meant("See [teh «best» page](/a) now."), "best");
});

test("of a link, a picture, code and HTML all is meant or nothing", () => {
  assert.equal(meant("See [teh «page](/a) now»."), "[teh page](/a) now");
  assert.equal(meant("«See [teh page](</a/b» c.html>) now."), "See [teh page](</a/b c.html>)");
  assert.equal(meant("«See [teh» page][ref] now.\n\n[ref]: /a"), "See [teh page][ref]");
  assert.equal(meant("«See ![teh» page](/a.png) now."), "See ![teh page](/a.png)");
  assert.equal(meant("Run `git «push` for» it."), "`git push` for");
  assert.equal(meant("<b class=\"«x\">bold» words</b>"), "<b class=\"x\">bold");
  assert.equal(meant("See https://example.«org/a now» then."), "https://example.org/a now");
});

test("of a block of code and of front matter that more than it is selected of, too", () => {
  assert.equal(meant("Words.\n\n```\none\n«two\n```\n\nMore» words."), "```\none\ntwo\n```\n\nMore");
  assert.equal(meant("Words.\n\n```\none\n«two» three\n```\n"), "```\none\ntwo three\n```");
  const long = `\n${"more words ".repeat(2_000)}\n`;
  assert.equal(meant(`\`\`\`\none «two»${long}\`\`\`\n\nWords.`), `\`\`\`\none two${long}\`\`\``);
  assert.equal(meant("Words.\n\n<div>\n«two» three\n</div>\n"), "<div>\ntwo three\n</div>");
  assert.equal(meant("---\ntitle: «Teh title\n---\n\nMore» words."), "---\ntitle: Teh title\n---\n\nMore");
  assert.equal(meant("---\ntitle: «Teh title»\n---\n\nMore words."), "Teh title");
});
