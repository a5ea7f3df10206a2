/** A new document is called after its own title, while nobody has called it otherwise. Knows nothing of files but names. */

import type { EditorState } from "@codemirror/state";

import type { Notices } from "./notices";
import { headingsOf } from "./sections";
import { folderOf, inside, titleOf } from "./tree";

export interface NamingParts {
  readonly notices: Notices;
  state(): EditorState;
  /** The open document, once it is a file that this tab may write; else null. */
  document(): string | null;
  /** `name` itself, or one like it that no document has. */
  freeName(name: string): string;
  /** The sentence that says why not. */
  rename(name: string, to: string): Promise<string | null>;
  focusText(): void;
}

export interface Naming {
  /** The document `name` is new here, and the writer has given it no name. */
  made(name: string): void;
  /** All of the text is on disk. */
  saved(): void;
}

const PATIENCE_MS = 20;
const LONGEST = 60;

export function createNaming({ notices, state, document, freeName, rename, focusText }: NamingParts): Naming {
  const unnamed = new Set<string>();
  let isBusy = false;

  const call = async (name: string, to: string) => {
    unnamed.delete(name);
    if ((await rename(name, to)) !== null) return;
    const undo = () => (notices.hide("name"), focusText(), void rename(to, name));
    notices.show("name", { text: `This document is called “${titleOf(to)}” now, after its heading.`, choices: [{ label: "Undo", run: undo }] });
  };

  return {
    made: (name) => void unnamed.add(name),
    saved() {
      const name = document();
      if (name === null || isBusy || !unnamed.has(name)) return;
      const title = nameFor(state());
      if (title === null) return;
      isBusy = true;
      void call(name, freeName(inside(folderOf(name), `${title}.md`))).finally(() => (isBusy = false));
    },
  };
}

/** What the first heading makes of a file's name, once the caret has left it; null where there is none yet. */
export function nameFor(state: EditorState): string | null {
  const heading = headingsOf(state, PATIENCE_MS)?.[0];
  if (!heading || state.doc.lineAt(heading.from).number === state.doc.lineAt(state.selection.main.head).number) return null;
  return nameFrom(heading.title);
}

/** `title` without what some system's files cannot be called, and not longer than a list shows; null where nothing is left. */
export function nameFrom(title: string): string | null {
  const plain = title.replace(/[\p{C}\u2028\u2029\\/<>:"|?*]+/gu, " ").replace(/\s+/g, " ");
  const short = plain.length > LONGEST ? plain.slice(0, plain.lastIndexOf(" ", LONGEST) > 0 ? plain.lastIndexOf(" ", LONGEST) : LONGEST) : plain;
  const name = short.replace(/^[\s.~]+|[\s.]+$/g, "");
  return /[\p{L}\p{N}]/u.test(name) && !/^untitled(?: \d+)?$/i.test(name) ? name : null;
}
