/** Find and replace in the open text: a bar above it, which counts. What is found, CodeMirror knows. */

import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  search,
  searchKeymap,
  searchPanelOpen,
  SearchQuery,
  selectMatches,
  setSearchQuery,
} from "@codemirror/search";
import { type ChangeSpec, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, type Panel, runScopeHandlers, type ViewUpdate } from "@codemirror/view";

import { h, icon } from "./dom";
import type { Trials } from "./patterns";

/** Beyond these nobody counts. */
const MOST = 9_999;
const PATIENCE_MS = 40;
const PAUSE_MS = 120;
const NOTHING = new SearchQuery({ search: "" });
const TOO_SLOW = "This pattern takes too long in this text and is not looked for. Repeat nothing that is a repetition itself, as in (a+)+.";

export const find: Extension = [
  search({ top: true, literal: true, createPanel }),
  // A pattern that was quick in one text may not be in the next one; the bar tries it again.
  EditorState.transactionExtender.of(({ docChanged, startState }) =>
    docChanged && searchPanelOpen(startState) && getSearchQuery(startState).regexp ? { effects: setSearchQuery.of(NOTHING) } : null,
  ),
  // In the text these are commands, and keep no key that a writer has given to something else.
  keymap.of(searchKeymap.filter(({ scope }) => scope).map((binding) => ({ ...binding, scope: binding.key === "Escape" ? "editor search-panel" : "search-panel" }))),
];

export interface Count {
  readonly total: number;
  /** The one that is selected, from 1; 0 for none. */
  readonly here: number;
  /** Whether there may be more. */
  readonly more: boolean;
}

/** How often `query` is found; it looks for `patience` milliseconds at most. */
export function countOf(query: SearchQuery, state: EditorState, patience = PATIENCE_MS): Count {
  const end = performance.now() + patience;
  const { from, to } = state.selection.main;
  const cursor = query.getCursor(state);
  let [total, here] = [0, 0];
  for (let next = cursor.next(); !next.done; next = cursor.next()) {
    total++;
    if (next.value.from === from && next.value.to === to) here = total;
    if (total >= MOST || (total % 64 === 0 && performance.now() > end)) return { total, here, more: true };
  }
  return { total, here, more: false };
}

/** What the bar says of `query` in `state`. */
export function wordsFor(query: SearchQuery, state: EditorState): { readonly text: string; readonly isProblem: boolean } {
  if (query.search === "") return { text: "", isProblem: false };
  const problem = problemOf(query);
  if (problem) return { text: problem, isProblem: true };
  const { total, here, more } = countOf(query, state);
  const all = total.toLocaleString("en") + (more ? "+" : "");
  if (total === 0) return { text: "Not found", isProblem: false };
  return { text: here > 0 ? `${here.toLocaleString("en")} of ${all}` : `${all} found`, isProblem: false };
}

/** Why a pattern is none; empty for one that is. */
export function problemOf({ regexp, search: pattern }: SearchQuery): string {
  if (!regexp) return "";
  try {
    new RegExp(pattern, "mu");
    return "";
  } catch (error) {
    const reason = /: ([^:]+)$/.exec((error as Error).message)?.[1] ?? "it cannot be read";
    return `This is no pattern yet: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}. To find these very signs, switch off the pattern.`;
  }
}

/** What takes the place of what is found; of the match at `only` alone, where that is one. */
export function replacements(query: SearchQuery, state: EditorState, only?: { readonly from: number; readonly to: number }): ChangeSpec[] {
  const changes: ChangeSpec[] = [];
  const cursor = query.getCursor(state, only?.from);
  for (let next = cursor.next(); !next.done; next = cursor.next()) {
    const { from, to, match } = next.value as { from: number; to: number; match?: RegExpExecArray };
    if (only && (from !== only.from || to !== only.to)) break;
    changes.push({ from, to, insert: match ? filledIn(query.replace, match) : query.replace });
    if (only) break;
  }
  return changes;
}

/** `$1` is the first group, empty where it fitted nothing; `$&` all that was found; `$$` a dollar; `\n` and `\t` white space. */
export function filledIn(template: string, match: readonly (string | undefined)[]): string {
  return template.replace(/\$(?:([$&])|(\d\d?))|\\([nt\\])/g, (whole, sign?: string, digits?: string, escape?: string) => {
    if (escape) return { n: "\n", t: "\t" }[escape] ?? "\\";
    if (sign) return sign === "$" ? "$" : (match[0] ?? "");
    const length = Number(digits) < match.length ? digits!.length : 1;
    const group = Number(digits!.slice(0, length));
    return group === 0 || group >= match.length ? whole : (match[group] ?? "") + digits!.slice(length);
  });
}

/** A pattern that nothing fits, too, is not found between all letters. */
const isSome = (match: string): boolean => match !== "";

function createPanel(view: EditorView): Panel {
  /** What is looked for, and what stands in the bar: a pattern is tried out before. */
  let query = getSearchQuery(view.state);
  let wanted = query;
  let trying: Promise<void> = Promise.resolve();
  let trials: Promise<Trials> | undefined;
  let isSlow = false;
  let timer = 0;
  const isWritable = () => !view.state.readOnly;

  const field = (name: string, label: string, main: boolean) =>
    h("input", { type: "text", name, placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false", ...(main && { "main-field": "true" }), input: commit });
  const button = (label: string, run: () => void, title = label) => h("button", { type: "button", title, click: run }, label);
  const iconButton = (name: string, label: string, run: () => void) => h("button", { type: "button", class: "icon-button", title: label, "aria-label": label, click: run }, icon(name));
  const toggle = (name: string, label: string, key: string) => {
    const each = iconButton(name, label, () => {
      each.setAttribute("aria-pressed", String(each.ariaPressed !== "true"));
      commit();
    });
    each.title = `${label}  Alt+${key.toUpperCase()}`;
    each.setAttribute("aria-pressed", "false");
    return each;
  };

  const input = field("search", "Find", true);
  const replacement = field("replace", "Replace with", false);
  const [matchCase, words, pattern] = [toggle("case", "Match case", "c"), toggle("words", "Whole words", "w"), toggle("pattern", "Pattern (regular expression)", "r")];
  const count = h("span", { class: "count", role: "status" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const replaceOne = button("Replace", () => replace(false));
  const replaceEvery = button("Replace all", () => replace(true));

  const dom = h(
    "div",
    { class: "find-bar", role: "search", "aria-label": "Find and replace", keydown: (event) => pressed(event as KeyboardEvent) },
    h("div", { class: "finding" }, h("span", { class: "entry" }, input, matchCase, words, pattern), count, iconButton("up", "Previous", () => step(findPrevious)), iconButton("down", "Next", () => step(findNext))),
    h("div", { class: "replacing" }, replacement, replaceOne, replaceEvery, button("Select all", () => selectEvery(), "A caret at every one")),
    iconButton("cross", "Close", () => closeSearchPanel(view)),
    problem,
  );

  function commit(): void {
    const asked = {
      search: input.value,
      replace: replacement.value,
      caseSensitive: matchCase.ariaPressed === "true",
      wholeWord: words.ariaPressed === "true",
      regexp: pattern.ariaPressed === "true",
      literal: pattern.ariaPressed !== "true",
      test: isSome,
    };
    const next = new SearchQuery(asked);
    if (next.eq(wanted)) return;
    const isNew = next.search !== wanted.search;
    const isKnown = wanted === query && !isNew && next.regexp === query.regexp && next.caseSensitive === query.caseSensitive;
    wanted = next;
    isSlow = false;
    if (next.regexp && next.valid && !isKnown) tryOut(isNew);
    else use(isNew);
  }

  function use(isNew: boolean, done?: string): void {
    query = wanted;
    view.dispatch({ effects: setSearchQuery.of(query) });
    if (isNew && problemOf(query) === "") reveal();
    tell(done);
  }

  /** Do it when what is wanted is looked for. */
  function settled(run: () => void): void {
    if (wanted === query) run();
    else void trying.then(() => wanted === query && run());
  }

  /** Look for what is wanted, if that ends. */
  function tryOut(isNew: boolean, done?: string): void {
    trying = tried(isNew, done);
  }

  async function tried(isNew: boolean, done?: string): Promise<void> {
    const asked = wanted;
    const trial = { source: asked.search, flags: asked.caseSensitive ? "gmu" : "gimu", text: view.state.doc.toString() };
    trials ??= import("./patterns").then(({ createTrials }) => createTrials());
    const isQuick = await trials.then((each) => each.isQuick(trial)).catch(() => true);
    if (isQuick === null || asked !== wanted) return;
    isSlow = !isQuick;
    if (isQuick) return use(isNew, done);
    view.dispatch({ effects: setSearchQuery.of((query = NOTHING)) });
    tell();
  }

  /** The first one from here on, while the writer still types what is sought. */
  function reveal(): void {
    const { from } = view.state.selection.main;
    const ahead = query.valid ? query.getCursor(view.state, from).next() : null;
    const found = ahead?.done === false ? ahead : query.valid ? query.getCursor(view.state).next() : null;
    if (found?.done !== false) return;
    view.dispatch({ selection: { anchor: found.value.from, head: found.value.to }, effects: EditorView.scrollIntoView(found.value.from, { y: "nearest", yMargin: 80 }), userEvent: "select.search" });
  }

  function show(): void {
    input.value = query.search;
    replacement.value = query.replace;
    matchCase.setAttribute("aria-pressed", String(query.caseSensitive));
    words.setAttribute("aria-pressed", String(query.wholeWord));
    pattern.setAttribute("aria-pressed", String(query.regexp));
    for (const each of [replacement, replaceOne, replaceEvery]) each.hidden = !isWritable();
    tell();
  }

  function tell(done?: string): void {
    const { text, isProblem } = isSlow ? { text: TOO_SLOW, isProblem: true } : wordsFor(query, view.state);
    count.textContent = done ?? (isProblem ? "" : text);
    problem.textContent = isProblem ? text : "";
    problem.hidden = !isProblem;
    input.setAttribute("aria-invalid", String(isProblem));
  }

  function step(command: (view: EditorView) => boolean): void {
    settled(() => {
      if (query.valid) command(view);
      tell();
    });
  }

  function replace(all: boolean): void {
    settled(() => replaceNow(all));
  }

  function replaceNow(all: boolean): void {
    if (!query.valid || !isWritable()) return tell();
    const { state } = view;
    const changes = replacements(query, state, all ? undefined : state.selection.main);
    if (changes.length > 0) view.dispatch({ changes, userEvent: all ? "input.replace.all" : "input.replace", scrollIntoView: true });
    clearTimeout(timer);
    const done = changes.length === 0 ? "Not found" : `${changes.length.toLocaleString("en")} replaced`;
    if (wanted !== query) tryOut(false, done);
    else tell(done);
    if (!all) step(findNext);
  }

  function selectEvery(): void {
    settled(() => query.valid && selectMatches(view) && view.focus());
  }

  function pressed(event: KeyboardEvent): void {
    const toggled = event.altKey && !event.ctrlKey && !event.metaKey ? { KeyC: matchCase, KeyW: words, KeyR: pattern }[event.code] : undefined;
    if (toggled) toggled.click();
    else if (event.key === "Enter" && event.target === input) step(event.shiftKey ? findPrevious : findNext);
    else if (event.key === "Enter" && event.target === replacement) replace(event.ctrlKey || event.metaKey);
    else if (!runScopeHandlers(view, event, "search-panel")) return;
    event.preventDefault();
    event.stopPropagation();
  }

  show();
  return {
    dom,
    top: true,
    mount: () => input.select(),
    update(update: ViewUpdate) {
      for (const { effects } of update.transactions) {
        for (const effect of effects) {
          if (!effect.is(setSearchQuery) || effect.value.eq(query)) continue;
          query = effect.value;
          if (query === NOTHING) continue;
          wanted = query;
          show();
        }
      }
      if (!update.docChanged && !update.selectionSet) return;
      clearTimeout(timer);
      const isOpen = wanted !== query && (!isSlow || update.docChanged);
      timer = window.setTimeout(() => (isOpen ? tryOut(false) : tell()), PAUSE_MS);
    },
    destroy() {
      clearTimeout(timer);
      void trials?.then((each) => each.end());
    },
  };
}
