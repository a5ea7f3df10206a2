import assert from "node:assert/strict";
import test from "node:test";

import { imageAt, written } from "./images";
import { repeat } from "./random";

const image = (line: string, at = 0) => {
  const found = imageAt(line, at);
  return found && [found.address, found.alt, found.title, found.width];
};

test("a picture is read from Markdown and from HTML", () => {
  assert.deepEqual(image("![an old gate](gate.png)"), ["gate.png", "an old gate", "", null]);
  assert.deepEqual(image('![a \\] b](<my gate (1).png> "At dusk")'), ["my gate (1).png", "a ] b", "At dusk", null]);
  assert.deepEqual(image("![](a_(b).png)"), ["a_(b).png", "", "", null]);
  assert.deepEqual(image(`<img alt='x &amp; "y"' src=gate.png width="300">`), ["gate.png", 'x & "y"', "", 300]);
  assert.deepEqual(image("See ![a](b) here", 12), null);
  assert.deepEqual(image('<img src="a.png" width="50%">'), null);
});

test("a width is written in HTML, and without one it is Markdown again", () => {
  const told = { address: "gate.png", alt: 'The "gate"', title: "" };
  assert.equal(written({ ...told, width: 300 }), '<img src="gate.png" alt="The &quot;gate&quot;" width="300">');
  assert.equal(written({ ...told, width: null }), '![The "gate"](gate.png)');
});

test("what else its HTML says stays, but for a height of another width", () => {
  const { rest, ...found } = imageAt('<img class="wide" src="a.png" height="9" loading=lazy width="30">', 5)!;
  assert.equal(written({ ...found, width: 60 }, rest), '<img src="a.png" alt="" width="60" class="wide" loading=lazy>');
});

test("whatever is written is read back as it was meant", () => {
  const signs = ["a", " ", "]", "[", "(", ")", "\\", '"', "<", ">", "&", "日", "👩‍👩‍👧", "_", "*", "&amp;", "'"];
  repeat(400, (random) => {
    const text = (most: number) => Array.from({ length: random.below(most) }, () => random.pick(signs)).join("").trim();
    const told = { address: `x${text(6)}`, alt: text(8), title: text(5), width: random.below(2) ? random.below(2_000) + 1 : null };
    const line = `Before ${written(told)} after`;
    const { address, alt, title, width } = imageAt(line, 9)!;
    assert.deepEqual({ address, alt, title, width }, told);
    assert.equal(line.slice(imageAt(line, 9)!.to), " after");
  });
});
