/** The form of a document's title, subtitle, date, tags and summary, above the text that it changes. Knows no YAML. */

import { isolateHistory } from "@codemirror/commands";
import { EditorView, type Panel, type ViewUpdate } from "@codemirror/view";

import { h, icon } from "./dom";
import { changeOf, endOfBlock, type Field, FIELDS, type FrontMatter, readFrontMatter } from "./front-matter";

interface Kind {
  readonly label: string;
  /** About how many characters are seen where it is shown. */
  readonly room?: number;
  /** Who shows so many. */
  readonly by?: string;
  readonly hint?: string;
}

const KINDS: Record<Field, Kind> = {
  title: { label: "Title", room: 60, by: "inboxes show about 60 of a subject, phones 40", hint: "Also the subject of a mail" },
  subtitle: { label: "Subtitle", room: 110, by: "inboxes show about 110 after the subject", hint: "What inboxes show after the subject" },
  date: { label: "Date" },
  tags: { label: "Tags", hint: "With commas between them" },
  summary: { label: "Summary", room: 160, by: "search engines show about 160", hint: "For search engines and previews" },
};
const FIXED = "Written over several lines, or in another way that only the text can change.";
const PAUSE_MS = 150;
const SIGNS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

interface Entry {
  readonly field: Field;
  readonly input: HTMLInputElement;
  readonly note: HTMLElement;
}

/** `close` takes it away. */
export function createForm(view: EditorView, close: () => void): Panel {
  let timer = 0;
  let matter = read();
  const problem = h("p", { role: "alert" });
  const goThere = h("button", { type: "button", class: "plain", click: () => matter.problem && goTo(matter.problem.line) }, "Go to the line");
  const notice = h("div", { class: "notice", "data-tone": "error", hidden: true }, problem, goThere);
  const entries = FIELDS.map(entryOf);
  const fields = h("div", { class: "details" }, ...entries.map(({ field, input, note }) => h("div", { class: `field ${field}` }, h("label", { for: input.id }, KINDS[field].label), input, note)));
  const dom = h(
    "section",
    { class: "details-bar", "aria-label": "Title, date and tags", keydown: (event) => pressed(event as KeyboardEvent) },
    notice,
    fields,
    h("button", { type: "button", class: "icon-button", "aria-label": "Close", title: "Close  Esc", click: close }, icon("cross")),
  );

  function read(): FrontMatter {
    return readFrontMatter(view.state.doc.toString());
  }

  function entryOf(field: Field): Entry {
    const id = `details-${field}`;
    const input = h("input", { id, type: "text", autocomplete: "off", spellcheck: field === "date" ? "false" : "true", "aria-describedby": `${id}-note`, input: () => write(entry) });
    const entry = { field, input, note: h("small", { id: `${id}-note` }) };
    return entry;
  }

  function write(entry: Entry): void {
    const { field, input } = entry;
    const change = changeOf(view.state.doc.toString(), field, input.value);
    if (change) view.dispatch({ changes: change, userEvent: "input.details", ...(isNew(field) && { annotations: isolateHistory.of("before") }) });
    matter = read();
    tell(entry);
  }

  /** What is typed into one field is undone together, and apart from the other fields. */
  let last: Field | null = null;
  function isNew(field: Field): boolean {
    const was = last;
    last = field;
    return was !== field;
  }

  function show(): void {
    matter = read();
    for (const entry of entries) {
      const { field, input } = entry;
      const isHere = document.activeElement === input;
      // A date is picked; what is no date stays what it is.
      if (field === "date" && !isHere) input.type = /^(?:\d{4}-\d\d-\d\d)?$/.test(matter.values.date) ? "date" : "text";
      if (!isHere || isFixed(field)) input.value = matter.values[field];
      input.disabled = isFixed(field) || matter.problem !== null || view.state.readOnly;
      tell(entry);
    }
    notice.hidden = matter.problem === null;
    fields.hidden = matter.problem !== null;
    problem.textContent = matter.problem?.text ?? "";
  }

  function isFixed(field: Field): boolean {
    return matter.fixed.has(field);
  }

  function tell({ field, input, note }: Entry): void {
    const { room, by, hint } = KINDS[field];
    const count = [...SIGNS.segment(input.value.trim())].length;
    const counted = room && count > 0 ? `${count} ${count === 1 ? "character" : "characters"}${count > room ? `; ${by}` : ""}` : (hint ?? "");
    note.textContent = isFixed(field) ? FIXED : counted;
  }

  function goTo(line: number): void {
    const { from } = view.state.doc.line(Math.min(line + 1, view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    view.focus();
  }

  function pressed(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  show();
  return {
    dom,
    top: true,
    update({ docChanged, changes, startState, state }: ViewUpdate) {
      const near = Math.max(endOfBlock(startState.sliceDoc(0, HEAD)), endOfBlock(state.sliceDoc(0, HEAD))) + 8;
      if (!docChanged || !changes.touchesRange(0, Math.min(near, startState.doc.length))) return;
      clearTimeout(timer);
      timer = window.setTimeout(show, PAUSE_MS);
    },
    destroy: () => clearTimeout(timer),
  };
}

/** No front matter is longer, for this form. */
const HEAD = 20_000;
