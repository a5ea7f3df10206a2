import assert from "node:assert/strict";
import test from "node:test";

import { concerns, described } from "./forgetting";

const told = (fields: object) => described({ versions: 0, named: 0, receipts: 0, drafts: 0, stays: 1, elsewhere: [], damaged: [], ...fields });

test("what would be forgotten is counted in words", () => {
  assert.equal(told({ versions: 1 }), "1 version");
  assert.equal(told({ versions: 1_200, named: 2 }), "1,200 versions, 2 of them with a name");
  assert.equal(told({ versions: 3, named: 1, receipts: 2 }), "3 versions, 1 of them with a name, and 2 receipts of the model");
  assert.equal(told({ receipts: 1, drafts: 2 }), "1 receipt of the model and 2 unsaved drafts");
});

test("a draft with the words goes, however they are written, and no other", () => {
  const words = (said: string) => ({ what: "words", words: said }) as const;
  assert.equal(concerns(words(" My  cafe’s "), "All of MY\ncafé's guests"), true);
  assert.equal(concerns(words("a (b) c.d"), "x A (b)  c.d y"), true);
  assert.equal(concerns(words("my cafe"), "my\n\ncafe"), false);
  assert.equal(concerns(words("a.d"), "abd"), false);
  assert.equal(concerns(words("  "), "anything"), false);
  assert.equal(concerns({ what: "all" }, "anything"), true);
  assert.equal(concerns({ what: "versions", first: 0, last: 3 }, "anything"), false);
});
