/** What can be done with the open document and the others, and how it leaves the house. */

import type { Exporting } from "../exporting";
import { DOCUMENTS_PREFIX } from "../palette";
import type { CommandOf } from "./command";
import type { EditorParts } from "./editing";

export interface DocumentParts extends EditorParts {
  save(): void;
  openPalette(prefix?: string): void;
  newDocument(): void;
  pickFiles(pictures: boolean): void;
  searchDocuments(): void;
  /** Of the open document. */
  rename(): void;
  duplicate(): void;
  move(): void;
  remove(): void;
  history(): void;
  trash(): void;
  toggleDocuments(): void;
}

export const DOCUMENTS: readonly CommandOf<DocumentParts>[] = [
  { name: "save", label: "Save now", group: "documents", key: "Mod-s", reach: "page", run: (parts) => parts.save() },
  { name: "open-document", label: "Open a document…", group: "documents", key: "Mod-o", reach: "page", words: "switch go", run: (parts) => parts.openPalette(DOCUMENTS_PREFIX) },
  { name: "new-document", label: "New document…", group: "documents", words: "create file", run: (parts) => parts.newDocument() },
  { name: "import", label: "Import…", group: "documents", words: "upload word substack ghost", run: (parts) => parts.pickFiles(false) },
  { name: "search-documents", label: "Search all documents", group: "documents", key: "Mod-Shift-f", reach: "page", words: "find", run: (parts) => parts.searchDocuments() },
  { name: "rename", label: "Rename…", group: "documents", run: (parts) => parts.rename() },
  { name: "duplicate", label: "Duplicate", group: "documents", words: "copy", run: (parts) => parts.duplicate() },
  { name: "move", label: "Move to a folder…", group: "documents", run: (parts) => parts.move() },
  { name: "history", label: "History…", group: "documents", key: "F4", reach: "page", words: "versions restore", run: (parts) => parts.history() },
  { name: "delete", label: "Delete", group: "documents", words: "remove", run: (parts) => parts.remove() },
  { name: "trash", label: "Deleted documents…", group: "documents", words: "trash bin undelete restore", run: (parts) => parts.trash() },
  { name: "documents", label: "Show or hide documents", group: "documents", key: "Mod-Shift-\\", reach: "page", words: "sidebar list", run: (parts) => parts.toggleDocuments() },
];

export interface ExportParts {
  readonly exporting: Exporting;
  download(): void;
  downloadAll(): void;
}

export const EXPORT: readonly CommandOf<ExportParts>[] = [
  { name: "export", label: "Preview and export…", group: "export", key: "Mod-Shift-e", reach: "page", words: "newsletter email mail publish", run: ({ exporting }) => exporting.open() },
  { name: "copy-for-substack", label: "Copy for Substack", group: "export", words: "newsletter", run: ({ exporting }) => void exporting.copyAs("substack-html") },
  { name: "export-html", label: "Web page", group: "export", words: "html download", run: ({ exporting }) => void exporting.download("html") },
  { name: "download", label: "Markdown file", group: "export", run: (parts) => parts.download() },
  { name: "download-all", label: "All documents as a zip", group: "export", words: "download backup", run: (parts) => parts.downloadAll() },
  { name: "copy-rich-text", label: "Copy as rich text", group: "export", run: ({ exporting }) => void exporting.copyAs("rich-text") },
  { name: "copy-plain-text", label: "Copy as plain text", group: "export", run: ({ exporting }) => void exporting.copyAs("text") },
  { name: "print", label: "Print, or save as PDF…", group: "export", words: "paper", run: () => window.print() },
  { name: "disclose", label: "Tell readers what the model wrote", group: "export", isOn: ({ exporting }) => exporting.discloses, run: ({ exporting }) => exporting.toggleDisclosure() },
];
