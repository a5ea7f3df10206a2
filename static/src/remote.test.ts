import assert from "node:assert/strict";
import test from "node:test";

import { hostOf, listed, originOf } from "./remote";

test("an address that leaves this machine has an origin, and nothing else has", () => {
  assert.equal(originOf("https://a.example/b.png"), "https://a.example");
  assert.equal(originOf("HTTP://A.example:8080/b.png"), "http://a.example:8080");
  assert.equal(originOf("//a.example/b.png"), "https://a.example");
  for (const address of ["b.png", "/b.png", "assets/b.png", "data:image/png;base64,", "mailto:a@b.c", "https://", ""]) {
    assert.equal(originOf(address), null, address);
  }
});

test("hosts are named, of many the first", () => {
  assert.equal(listed(["https://a.example", "https://b.example:8080"].map(hostOf)), "a.example and b.example:8080");
  assert.equal(listed(["a", "b", "c", "d"]), "a, b, c and d");
  assert.equal(listed(["a", "b", "c", "d", "e"]), "a, b, c and 2 others");
  assert.equal(listed([]), "");
});
