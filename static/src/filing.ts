/** What can be done to the workspace's documents: made, renamed, deleted. Which of them is open is documents.ts's business. */

import type { Api } from "./api";
import type { Dialogs } from "./dialogs";
import { type Documents, UNTITLED } from "./documents";
import type { Notices } from "./notices";
import { titleOf } from "./sidebar";

export interface FilingParts {
  readonly api: Api;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  documents(): Documents;
  focusText(): void;
}

export interface Filing {
  create(): Promise<void>;
  rename(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

export function createFiling({ api, dialogs, notices, documents, focusText }: FilingParts): Filing {
  return {
    async create() {
      const created = await dialogs.askName({
        title: "New document",
        label: "Name",
        value: documents().freeName(UNTITLED),
        action: "Create",
        async attempt(name) {
          const result = await api.create(withEnding(name), "");
          if (!result.ok) return result.failure.message;
          await documents().refresh();
          await documents().open(result.value.name);
          return null;
        },
      });
      // Closing gave the focus back to the button that opened the dialog.
      if (created) focusText();
    },

    async rename(name) {
      if ((await documents().etagOf(name)) === null) return;
      const renamed = await dialogs.askName({
        title: `Rename ${titleOf(name)}`,
        label: "New name",
        value: name,
        action: "Rename",
        async attempt(to) {
          const etag = await documents().etagOf(name);
          if (etag === null) return "It is not saved yet, so it cannot be renamed.";
          const result = await api.rename(name, withEnding(to), etag);
          if (!result.ok) return result.failure.message;
          await documents().nowCalled(name, result.value);
          return null;
        },
      });
      if (renamed) focusText();
    },

    async remove(name) {
      const etag = await documents().etagOf(name);
      if (etag === null) return;
      const agreed = await dialogs.ask({
        title: `Delete ${titleOf(name)}?`,
        body: ["It goes to ME_AI’s trash folder, where you can still find the file."],
        answers: [
          { label: "Keep", value: false },
          { label: "Delete", value: true, tone: "danger" },
        ],
      });
      if (!agreed) return;
      const result = await api.remove(name, etag);
      if (!result.ok) return notices.show("documents", { text: result.failure.message, tone: "error" });
      await documents().gone(name);
    },
  };
}

function withEnding(name: string): string {
  return /\.(?:md|markdown)$/i.test(name) ? name : `${name}.md`;
}
