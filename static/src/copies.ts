/** A document's text under another name: copied, converted, or gone on with. */

import type { Text } from "@codemirror/state";

import type { Api } from "./api";
import type { Dialogs } from "./dialogs";
import type { Documents } from "./documents";
import type { Editor } from "./editor";
import type { Notices } from "./notices";
import type { Saving } from "./saving";
import { titleOf } from "./tree";

export interface CopyParts {
  readonly api: Api;
  readonly saving: Saving<Text>;
  readonly editor: Editor;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  documents(): Documents;
  /** What `client` wrote of `name` up to `seq` lies in a file. */
  settled(name: string, client: string, seq: number): void;
}

export interface Copies {
  /** Make a document of `text` beside `name`; false when it was refused, and the writer knows why. */
  copy(name: string, text: string): Promise<boolean>;
  /** Make a copy of the open document that can be saved, and open it. */
  convert(): Promise<void>;
  /** Go on with the text under another name; the document keeps its own. */
  keepAsCopy(): Promise<void>;
  /** The same, under a name that the writer chooses. */
  saveAs(): Promise<void>;
}

export function createCopies({ api, saving, editor, dialogs, notices, documents, settled }: CopyParts): Copies {
  const tell = (text: string) => notices.show("documents", { text, tone: "error" });

  const freeCopyOf = async (name: string) => {
    await documents().refresh();
    return documents().freeName(name.replace(/(\.[^./]*)$/, " (my copy)$1"));
  };

  /** The text is the document `name` from now on; the sentence that says why not. */
  const goOnAs = async (name: string): Promise<string | null> => {
    const text = editor.view.state.doc;
    const result = await api.create(name, text.toString());
    if (!result.ok) return result.failure.message;
    if (saving.name !== null) settled(saving.name, saving.client, saving.seq);
    saving.open(result.value.name, result.value.etag, text);
    saving.changed(editor.view.state.doc);
    await documents().nowCalled(result.value.name, result.value);
    return null;
  };

  return {
    async copy(name, text) {
      const result = await api.create(await freeCopyOf(name), text);
      if (!result.ok) tell(result.failure.message);
      await documents().refresh();
      return result.ok;
    },

    async convert() {
      if (saving.name === null) return;
      const result = await api.copy(saving.name);
      if (!result.ok) return tell(result.failure.message);
      await documents().refresh();
      await documents().open(result.value.name);
    },

    async keepAsCopy() {
      if (saving.name === null) return;
      const problem = await goOnAs(await freeCopyOf(saving.name));
      if (problem !== null) tell(problem);
    },

    async saveAs() {
      const { name } = saving;
      if (name === null) return;
      const saved = await dialogs.askName({
        title: `Save ${titleOf(name)} as`,
        label: "Name",
        value: await freeCopyOf(name),
        action: "Save",
        attempt: (wanted) => goOnAs(/\.(?:md|markdown)$/i.test(wanted) ? wanted : `${wanted}.md`),
      });
      if (saved) editor.view.focus();
    },
  };
}
