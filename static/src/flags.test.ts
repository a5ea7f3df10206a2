import assert from "node:assert/strict";
import test from "node:test";

import { diffWords } from "./diff";
import { describeFlag, flagged } from "./flags";
import type { Flag } from "./protocol";

const NUMBER: Flag = { kind: "number", before: "7", after: "8" };

test("the change that turned a fact says so, and the others do not", () => {
  const source = "We was glad. We sold 7 cakes.";
  const answer = "We were glad. We sold 8 cakes.";
  const units = [
    { source: "We was glad.", text: "We were glad.", reason: "", flags: [] },
    { source: "We sold 7 cakes.", text: "We sold 8 cakes.", reason: "", flags: [NUMBER] },
  ];
  const changes = flagged(source, diffWords(source, answer), units);
  assert.deepEqual(
    changes.map(({ insert, flag }) => [insert, flag]),
    [
      ["were", undefined],
      ["8", "Number changed: 7 → 8"],
    ],
  );
});

test("of a quotation that changed, the change inside it says so", () => {
  const source = "She was glad: “We was there.”";
  const answer = "She is glad: “We were there.”";
  const quotation: Flag = { kind: "quotation", before: "We was there.", after: "We were there." };
  const changes = flagged(source, diffWords(source, answer), [{ source, text: answer, reason: "", flags: [quotation] }]);
  assert.deepEqual(
    changes.map(({ insert, flag }) => [insert, flag !== undefined]),
    [
      ["is", false],
      ["were", true],
    ],
  );
});

test("a flag whose words are in no change stands at every change of its sentence", () => {
  const source = "He can go home.";
  const lost: Flag = { kind: "negation", before: "never", after: "" };
  const changes = flagged(source, diffWords(source, "She may go home."), [
    { source, text: "She may go home.", reason: "", flags: [lost] },
  ]);
  assert.deepEqual([...new Set(changes.map(({ flag }) => flag))], ["Negation lost: never"]);
});

test("new text that stands for nothing is looked at as a whole", () => {
  const changes = flagged("", diffWords("", "In 1999 it began."), [
    { source: "", text: "In 1999 it began.", reason: "", flags: [{ kind: "number", before: "", after: "1999" }] },
  ]);
  assert.deepEqual(
    changes.map(({ flag }) => flag),
    ["Number added: 1999"],
  );
});

test("every kind has its words", () => {
  assert.equal(describeFlag({ kind: "name", before: "Clara", after: "" }), "Name lost: Clara");
  assert.equal(describeFlag({ kind: "date", before: "May", after: "June" }), "Date changed: May → June");
});
