/** What comes from elsewhere: pasted, dropped or picked. Knows nothing of formats: the server makes Markdown of them. */

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import type { Api, Result } from "./api";
import { arriving, awaitHere, land, placeOf } from "./arriving";
import { type Clip, fitted, isPicture, meaningOf, renumbered, standsAlone } from "./clipboard";
import { h } from "./dom";
import type { Notice, Notices } from "./notices";
import { isVerbatim } from "./paragraph";
import type { Imported } from "./protocol";
import { isInTable, pasteGrid } from "./tables";
import { folderOf, titleOf } from "./tree";

export interface IntakeParts {
  readonly api: Api;
  readonly notices: Notices;
  view(): EditorView;
  /** The name of the open document, whether it is a file yet or not. */
  document(): string | null;
  /** There are more documents now. */
  imported(): Promise<void>;
  open(name: string): void;
  /** A model file was dropped, which is no document. */
  takeModel(file: File): void;
  /** What shows that files can be let go here. */
  readonly target: HTMLElement;
}

export interface Intake {
  readonly extension: Extension;
  /** Paste what the browser hands out; false when it hands out nothing. */
  paste(plain: boolean): Promise<boolean>;
  /** Let the writer choose files, `pictures` only, or any. */
  pick(pictures: boolean): void;
  /** Take what is dropped anywhere in the window. */
  listen(): void;
}

const PICTURES = "image/png,image/jpeg,image/gif,image/webp,image/avif";
const ACCEPTED = `.md,.markdown,.txt,.html,.htm,.docx,.zip,.json,${PICTURES}`;
const ALT = "Describe this picture";
const LARGEST_PICTURE = 10 * 1024 * 1024;
/** A key is followed by the paste that it makes at once. */
const PLAIN_MS = 1_000;

export function createIntake({ api, notices, view, document: current, imported, open, takeModel, target }: IntakeParts): Intake {
  let plainUntil = 0;

  const tell = (text: string, more: Partial<Notice> = {}) => notices.show("intake", { text, ...more });
  const complain = (text: string) => tell(text, { tone: "error" });

  /** Do what `clip` means; false leaves it to the editor. */
  const take = (clip: Clip<File>, plain: boolean): boolean => {
    const { state } = view();
    if (state.readOnly) return false;
    const { main } = state.selection;
    const meaning = meaningOf(clip, {
      plain,
      verbatim: isVerbatim(state.doc, state.doc.lineAt(main.from).number),
      table: isInTable(state),
      selected: state.sliceDoc(main.from, main.to),
    });
    switch (meaning.kind) {
      case "words":
        return false;
      case "files":
        void takeFiles(meaning.files);
        return true;
      case "markdown":
        put(awaitHere(view(), ""), meaning.text);
        return true;
      case "cells":
        return pasteGrid(meaning.rows)(view());
      case "rich":
        void convert(clip);
        return true;
    }
  };

  const convert = async ({ html, text }: Clip<File>) => {
    const id = awaitHere(view(), "Pasting…");
    const result = await api.pasted(html, current() ?? "");
    if (!result.ok) {
      put(id, text);
      return complain(`Pasted as plain text. ${result.failure.message}`);
    }
    put(id, result.value.text || text);
    if (result.value.notes.length > 0) tell(result.value.notes.join(" "));
  };

  /** Put Markdown where it is awaited. */
  const put = (id: string, markdown: string, isPicture = false) => {
    const { state } = view();
    const place = placeOf(state, id);
    if (place === null) return complain("Another document was opened before the paste had arrived; please paste it again.");
    const text = renumbered(markdown, state.doc.toString());
    const sides = { before: state.sliceDoc(0, place.from), after: state.sliceDoc(place.to) };
    if (!isPicture) return land(view(), id, { text: fitted(text, sides), select: null });
    const whole = fitted(text, sides, standsAlone(sides));
    const words = whole.indexOf(ALT);
    land(view(), id, { text: whole, select: [words, words + ALT.length] });
  };

  const takeFiles = async (files: readonly File[], at?: number) => {
    const pictures = files.filter(isPicture);
    const [models, others] = [files.filter(isModel), files.filter((file) => !isPicture(file) && !isModel(file))];
    if (models[0]) takeModel(models[0]);
    if (pictures.length > 0) await addPictures(pictures, at);
    if (others.length > 0) await importFiles(others);
  };

  const addPictures = async (files: readonly File[], at?: number) => {
    const name = current();
    if (name === null || view().state.readOnly) return complain("This document can only be read here.");
    const many = files.length > 1 ? `${files.length} pictures` : files[0]!.name;
    const id = awaitHere(view(), `Adding ${many}…`, at);
    const results = await Promise.all(files.map((file) => keep(file, name)));
    const paths = results.flatMap((result) => (result.ok ? [result.value.path] : []));
    const refused = results.flatMap((result, i) => (result.ok ? [] : [`${files[i]!.name}: ${result.failure.message}`]));
    if (refused.length > 0) complain(refused.join(" "));
    if (placeOf(view().state, id) === null) {
      if (paths.length > 0) complain(`Another document was opened meanwhile; beside ${titleOf(name)} you find ${paths.join(", ")}, not linked yet.`);
    } else if (paths.length === 0) {
      land(view(), id, null);
    } else {
      put(id, paths.map((path) => `![${ALT}](${path})`).join("\n\n"), true);
      view().focus();
    }
  };

  const keep = async (file: File, document: string): Promise<Result<{ readonly path: string }>> => {
    if (file.size <= LARGEST_PICTURE) return api.keepPicture(file, document);
    const message = `It has ${Math.ceil(file.size / 1e6)} MB and 10 MB are the most; please make it smaller.`;
    return { ok: false, failure: { status: 413, code: "bad-input", message } };
  };

  const importFiles = async (files: readonly File[]) => {
    const folder = folderOf(current() ?? "");
    const documents: Imported["documents"][number][] = [];
    const notes: string[] = [];
    const refused: string[] = [];
    for (const [i, file] of files.entries()) {
      const count = files.length > 1 ? ` (${i + 1} of ${files.length})` : "";
      tell(`Importing ${file.name}${count}…`, { lasting: true });
      const result = await api.importFile(file, folder);
      if (!result.ok) {
        refused.push(result.failure.message);
        continue;
      }
      documents.push(...result.value.documents);
      notes.push(...result.value.notes);
    }
    notices.hide("intake");
    if (documents.length > 0) await imported();
    if (refused.length > 0) notices.show("import", { text: refused.join(" "), tone: "error" });
    report(documents, notes);
  };

  const report = (documents: Imported["documents"], notes: readonly string[]) => {
    const [first] = documents;
    if (first === undefined) return;
    if (documents.length === 1) open(first.name);
    if (documents.length === 1 && notes.length === 0) return;
    const inside = folderOf(first.name);
    const text = documents.length === 1 ? `${titleOf(first.name)} is imported.` : `${documents.length} documents are imported${inside && ` into ${inside}`}.`;
    const choices = documents.length > 1 ? [{ label: `Open ${titleOf(first.name)}`, run: () => (notices.hide("intake"), open(first.name)) }] : [];
    tell(text, { choices, list: notes.map((label) => ({ label })) });
  };

  const extension = [
    arriving,
    EditorView.domEventHandlers({
      keydown(event) {
        if ((event.ctrlKey || event.metaKey) && event.shiftKey && (event.code === "KeyV" || event.key.toLowerCase() === "v")) plainUntil = performance.now() + PLAIN_MS;
        return false;
      },
      paste(event) {
        if (event.clipboardData === null) return false;
        const plain = performance.now() < plainUntil;
        plainUntil = 0;
        const taken = take(clipOf(event.clipboardData), plain);
        if (taken) event.preventDefault();
        return taken;
      },
    }),
  ];

  return {
    extension,

    async paste(plain) {
      const clip = await offered();
      if (clip === null) return false;
      view().focus();
      if (!take(clip, plain) && clip.text !== "" && !view().state.readOnly) {
        view().dispatch({ ...view().state.replaceSelection(clip.text), userEvent: "input.paste", scrollIntoView: true });
      }
      return true;
    },

    pick(pictures) {
      const input = h("input", { type: "file", multiple: true, accept: pictures ? PICTURES : ACCEPTED });
      input.addEventListener("change", () => void takeFiles([...(input.files ?? [])]));
      input.click();
    },

    listen() {
      let depth = 0;
      const show = (shown: boolean) => {
        if (!shown) depth = 0;
        target.hidden = !shown;
      };
      window.addEventListener("dragenter", (event) => {
        if (holdsFiles(event) && ++depth > 0) show(true);
      });
      window.addEventListener("dragleave", (event) => {
        if (holdsFiles(event) && --depth <= 0) show(false);
      });
      window.addEventListener("dragover", (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        event.dataTransfer!.dropEffect = "copy";
      });
      // Before the editor's own, which would paste a file's bytes as text.
      window.addEventListener("drop", dropped, { capture: true });

      function dropped(event: DragEvent): void {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        show(false);
        const { files, folders } = filesOf(event.dataTransfer!);
        if (folders) complain("A folder cannot be dropped; drop the files in it.");
        const inText = event.target instanceof Node && view().contentDOM.contains(event.target);
        const at = inText ? view().posAtCoords({ x: event.clientX, y: event.clientY }, false) : undefined;
        if (at !== undefined) view().dispatch({ selection: { anchor: at } });
        if (files.length > 0) void takeFiles(files, at);
      }
    },
  };
}

function clipOf(data: DataTransfer): Clip<File> {
  return {
    text: data.getData("text/plain"),
    html: data.getData("text/html"),
    files: [...data.files],
    language: languageOf(data.getData("vscode-editor-data")),
  };
}

function languageOf(told: string): string | null {
  try {
    const { mode } = JSON.parse(told) as { mode?: unknown };
    return typeof mode === "string" && /^[\w+#.-]{1,30}$/.test(mode) ? mode : null;
  } catch {
    return null;
  }
}

/** What the browser lets a page read of the clipboard after a click; null when it lets it read nothing. */
async function offered(): Promise<Clip<File> | null> {
  try {
    const clip = { text: "", html: "", files: [] as File[], language: null };
    for (const item of await navigator.clipboard.read()) {
      for (const type of item.types) {
        const blob = await item.getType(type);
        if (type === "text/plain") clip.text = await blob.text();
        else if (type === "text/html") clip.html = await blob.text();
        else if (type.startsWith("image/")) clip.files.push(new File([blob], `picture.${type.slice(6)}`, { type }));
      }
    }
    return clip;
  } catch {
    return null;
  }
}

function isModel({ name }: File): boolean {
  return name.toLowerCase().endsWith(".gguf");
}

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}

function filesOf(data: DataTransfer): { files: File[]; folders: boolean } {
  const files: File[] = [];
  let folders = false;
  for (const item of data.items) {
    if (item.kind !== "file") continue;
    const file = item.getAsFile();
    if (item.webkitGetAsEntry?.()?.isDirectory) folders = true;
    else if (file) files.push(file);
  }
  return { files, folders };
}
