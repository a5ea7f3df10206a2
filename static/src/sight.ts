/** What stays in sight when a keyboard, a bar or a smaller window takes room. Knows nothing of what is written. */

import { EditorView, ViewPlugin } from "@codemirror/view";

/** Less than this is the browser's own bar on its way in or out. */
const KEYBOARD_PX = 100;
const MARGIN_PX = 16;

/** Where the browser lays its keyboard over the page instead of beside it, the page takes the room that is left. */
export function keepAboveKeyboard(root: HTMLElement): void {
  const seen = window.visualViewport;
  if (!seen) return;
  const fit = () => {
    const covered = root.clientHeight - seen.height;
    // Whoever enlarges the page sees a part of it, and wants to.
    const isCovered = covered > KEYBOARD_PX && Math.abs(seen.scale - 1) < 0.01;
    root.style.setProperty("--seen-height", isCovered ? `${seen.height}px` : "");
    root.style.setProperty("--seen-top", isCovered ? `${seen.offsetTop}px` : "");
  };
  seen.addEventListener("resize", fit);
  seen.addEventListener("scroll", fit);
}

/** A caret that was in sight before the text got less room is in sight after. */
export const caretInSight = ViewPlugin.define((view) => {
  let height = view.scrollDOM.clientHeight;
  const watch = new ResizeObserver(() => {
    const before = height;
    height = view.scrollDOM.clientHeight;
    if (height >= before || !view.hasFocus) return;
    const { head } = view.state.selection.main;
    const caret = view.coordsAtPos(head);
    if (!caret) return;
    const bottom = caret.bottom - view.scrollDOM.getBoundingClientRect().top;
    if (bottom > height - MARGIN_PX && bottom <= before) {
      view.dispatch({ effects: EditorView.scrollIntoView(head, { y: "nearest", yMargin: 2 * MARGIN_PX }) });
    }
  });
  watch.observe(view.scrollDOM);
  return { destroy: () => watch.disconnect() };
});
