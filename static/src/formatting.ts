/** Markdown marks around words and before lines, as editor commands. */

import { type ChangeSpec, EditorSelection, type EditorState, type Line, type StateCommand, type Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import { isVerbatim } from "./paragraph";

/** Put `mark` around the selection or the word at the caret; take it away where it already is. */
export function toggleMark(mark: string): StateCommand {
  return ({ state, dispatch }) => {
    const spec = state.changeByRange((range) => {
      const word = range.empty ? (state.wordAt(range.head) ?? range) : range;
      const { from, to } = word;
      const size = mark.length;
      const outer = state.sliceDoc(from - size, from) === mark && state.sliceDoc(to, to + size) === mark;
      const doubled = state.sliceDoc(from - 2 * size, from - size) === mark && mark === "*";
      if (outer && !doubled) {
        return {
          changes: [
            { from: from - size, to: from },
            { from: to, to: to + size },
          ],
          range: EditorSelection.range(range.anchor - size, range.head - size),
        };
      }
      return {
        changes: [
          { from, insert: mark },
          { from: to, insert: mark },
        ],
        range: EditorSelection.range(range.anchor + size, range.head + size),
      };
    });
    dispatch(state.update(spec, { userEvent: "input.format", scrollIntoView: true }));
    return true;
  };
}

/** Give every selected line `mark`, or take it away where all have it; numbers count up. */
export function toggleLines(mark: string, pattern: RegExp, numbered = false): StateCommand {
  return ({ state, dispatch }) => {
    const lines = selectedLines(state).filter((line, _, all) => all.length === 1 || line.text.trim() !== "");
    const all = lines.every((line) => pattern.test(line.text));
    const changes = lines.map((line, i) => {
      const old = pattern.exec(line.text)?.[0].length ?? OTHER_MARK.exec(line.text)?.[0].length ?? 0;
      return { from: line.from, to: line.from + old, insert: all ? "" : numbered ? `${i + 1}. ` : mark };
    });
    dispatch(marked(state, changes));
    return true;
  };
}

const OTHER_MARK = /^(?:#{1,6} |> |[-*+] (?:\[[ xX]\] )?|\d+[.)] )/;

/** No heading, then levels 1, 2, 3, then none again. */
export const cycleHeading: StateCommand = ({ state, dispatch }) => {
  const changes = selectedLines(state).map((line) => {
    const old = /^(#{1,6}) */.exec(line.text);
    const level = ((old?.[1]?.length ?? 0) + 1) % 4;
    return { from: line.from, to: line.from + (old?.[0].length ?? 0), insert: level ? `${"#".repeat(level)} ` : "" };
  });
  dispatch(marked(state, changes));
  return true;
};

/** A caret at the start of its line goes behind the mark that comes there. */
function marked(state: EditorState, specs: ChangeSpec): Transaction {
  const changes = state.changes(specs);
  return state.update({ changes, selection: state.selection.map(changes, 1), userEvent: "input.format", scrollIntoView: true });
}

/** `[selection](|)`, or `[|]()` without one. */
export const insertLink: StateCommand = ({ state, dispatch }) => {
  const { from, to, empty } = state.selection.main;
  const text = state.sliceDoc(from, to);
  dispatch(
    state.update({
      changes: { from, to, insert: `[${text}]()` },
      selection: { anchor: empty ? from + 1 : from + text.length + 3 },
      userEvent: "input.format",
      scrollIntoView: true,
    }),
  );
  return true;
};

/** Put `block` on lines of its own after the caret's line; `caret` is where to go on writing inside it. */
export function insertBlock(block: string, caret: number, selected = 0): StateCommand {
  return ({ state, dispatch }) => {
    const line = state.doc.lineAt(state.selection.main.head);
    const lead = line.text.trim() === "" ? "" : "\n\n";
    dispatch(
      state.update({
        changes: { from: line.to, insert: `${lead}${block}\n` },
        selection: { anchor: line.to + lead.length + caret, head: line.to + lead.length + caret + selected },
        userEvent: "input.format",
        scrollIntoView: true,
      }),
    );
    return true;
  };
}

const EMPTY_LINE_OF_BLOCK = /^((?:>[ \t]?)*)((?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]*)?)?$/;

/**
 * Enter on an empty item leaves the list, on an empty line of a quotation the quotation. The blank line it leaves
 * behind is what keeps the next words out of the last item. An indented item is another command's: it moves out first.
 */
export const leaveBlock: StateCommand = ({ state, dispatch }) => {
  const { head, empty } = state.selection.main;
  const line = state.doc.lineAt(head);
  const [, quote = "", item] = EMPTY_LINE_OF_BLOCK.exec(line.text) ?? [];
  if (!empty || head !== line.to || line.length === 0 || isVerbatim(state.doc, line.number)) return false;
  if (!quote && !item) return false;
  const outer = item ? quote : "";
  const above = line.number > 1 ? state.doc.line(line.number - 1).text : "";
  const gap = /[^>\s]/.test(above) || (!item && above.trim() !== "") ? `${outer.trimEnd()}\n` : "";
  const insert = gap + outer;
  dispatch(
    state.update({
      changes: { from: line.from, to: line.to, insert },
      selection: { anchor: line.from + insert.length },
      userEvent: "input",
      scrollIntoView: true,
    }),
  );
  return true;
};

const PAIRS: Record<string, string> = { "*": "*", _: "_", "`": "`", "~": "~", "[": "]", "(": ")", '"': '"', "“": "”" };

/** Typing a mark over a selection puts it around the words instead of in their place. */
export const wrapSelection = EditorView.inputHandler.of((view, _from, _to, text) => {
  const close = PAIRS[text];
  const { state } = view;
  if (close === undefined || state.readOnly || state.selection.ranges.every((range) => range.empty)) return false;
  const spec = state.changeByRange((range) => ({
    changes: [
      { from: range.from, insert: text },
      { from: range.to, insert: close },
    ],
    range: EditorSelection.range(range.anchor + 1, range.head + 1),
  }));
  view.dispatch(state.update(spec, { userEvent: "input.type" }));
  return true;
});

function selectedLines(state: EditorState): Line[] {
  const numbers = new Set<number>();
  for (const { from, to } of state.selection.ranges) {
    const last = state.doc.lineAt(to).number;
    for (let n = state.doc.lineAt(from).number; n <= last; n++) numbers.add(n);
  }
  return [...numbers].map((n) => state.doc.line(n));
}
