import assert from "node:assert/strict";
import test from "node:test";

import { linksBeside } from "./filing";

test("what a text names by its place beside it is known before it is moved away", () => {
  const text = "![a](images/a.png) [b](<Other letter.md>) [c](../c.md#part) ![a](images/a.png)";
  assert.deepEqual(linksBeside(text), ["images/a.png", "Other letter.md", "../c.md#part"]);
});

test("what is found from everywhere is not counted", () => {
  assert.deepEqual(linksBeside("[a](https://example.org) [b](#part) [c](/top.md) [d](mailto:a@b.c) ![e](data:image/png;base64,AA)"), []);
});
