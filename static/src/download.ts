/** Documents as files for elsewhere, byte by byte. */

import type { Api, Result } from "./api";
import { offerBlob } from "./exporting";
import { type Notices, READ_MS } from "./notices";
import { lastOf } from "./tree";

export interface DownloadParts {
  readonly api: Api;
  readonly notices: Notices;
  document(): { readonly name: string; readonly text: string; readonly isFile: boolean };
  /** Save what there is to save; false when the disk does not have it afterwards. */
  save(): Promise<boolean>;
}

export interface Download {
  /** The open document. */
  one(): Promise<void>;
  /** All documents and their pictures, as a zip. */
  all(): Promise<void>;
}

const MAKING_ALL = "All documents and their pictures are being put into one file…";

export function createDownload({ api, notices, document, save }: DownloadParts): Download {
  const offer = (name: string, result: Result<Blob>) => {
    if (!result.ok) return notices.show("export", { text: result.failure.message, tone: "error" });
    offerBlob(name, result.value);
    notices.show("export", { text: `${name} is in your downloads.`, passes: READ_MS });
  };
  return {
    async one() {
      const saved = await save();
      const { name, text, isFile } = document();
      // What is no file yet, or cannot be saved now, is downloaded as it is on the page.
      const written = new Blob([text], { type: "text/markdown" });
      offer(lastOf(name), saved && isFile ? await api.download(name) : { ok: true, value: written });
    },
    async all() {
      await save();
      offer("Documents.zip", await notices.during("export", MAKING_ALL, api.downloadAll()));
    },
  };
}
