import assert from "node:assert/strict";
import test from "node:test";

import { place, type Point } from "./menu";

test("a menu is inside the window, wherever its place is", () => {
  class HTMLElement {}
  Object.assign(globalThis, { HTMLElement, window: { innerWidth: 800, innerHeight: 600 } });
  const at = (point: Point) => {
    const popup = { offsetWidth: 200, offsetHeight: 300, style: { left: "", top: "" } };
    place(popup as unknown as globalThis.HTMLElement, point);
    return [popup.style.left, popup.style.top];
  };
  assert.deepEqual(at({ x: 100, y: 100 }), ["100px", "100px"]);
  assert.deepEqual(at({ x: 700, y: 500, above: 480 }), ["592px", "180px"], "above its place where there is room");
  assert.deepEqual(at({ x: 100, y: 2_000, above: 1_980 }), ["100px", "292px"], "of a caret below what is seen");
  assert.deepEqual(at({ x: -50, y: -2_000, above: -2_020 }), ["8px", "8px"]);
});
