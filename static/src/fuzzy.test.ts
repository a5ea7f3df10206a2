import assert from "node:assert/strict";
import test from "node:test";

import { fit } from "./fuzzy";

function ranked(letters: string, ...names: string[]): string[] {
  const fits = names.flatMap((name) => {
    const found = fit(letters, name);
    return found ? [{ name, score: found.score }] : [];
  });
  return fits.sort((a, b) => b.score - a.score).map(({ name }) => name);
}

test("letters must all be there, in order", () => {
  assert.equal(fit("xyz", "Bold"), null);
  assert.equal(fit("dlob", "Bold"), null);
  assert.deepEqual(fit("bd", "Bold")!.at, [0, 3]);
});

test("case, accents and blanks make no difference", () => {
  assert(fit("ETE", "Été"));
  assert(fit("num list", "Numbered list"));
});

test("starts of words and letters in a row come first", () => {
  assert.deepEqual(ranked("tab", "Establish", "Table", "Task bar"), ["Table", "Task bar", "Establish"]);
  assert.equal(ranked("nl", "Unlock", "Numbered list")[0], "Numbered list");
});

test("a short name comes before a long one that fits as well", () => {
  assert.equal(ranked("copy", "Copy the suggestion", "Copy")[0], "Copy");
});

test("the places that were meant are places in the name, whatever its signs", () => {
  const { at } = fit("note", "📝 Nöte")!;
  assert.deepEqual(at.map((i) => "📝 Nöte"[i]).join(""), "Nöte");
});
