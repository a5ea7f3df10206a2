/**
 * Everything a writer can do, once, in the order in which it is listed: toolbar, menus, keys, palette, help and the
 * README's table are made from this. A module that brings commands exports its table and is added here.
 */

import { AI, type AiParts, AUTHORSHIP } from "./ai";
import { CLIPBOARD, type ClipboardParts } from "./clipboard";
import type { CommandOf } from "./command";
import { DOCUMENTS, type DocumentParts, EXPORT, type ExportParts } from "./documents";
import { FINDING } from "./finding";
import { REVIEW, type ReviewParts } from "./review";
import { SECTIONS, type StructureParts, TABLES } from "./structure";
import { LINES, type TextParts, WORDS } from "./text";
import { VIEW, type ViewParts } from "./view";

/** What all of them need of the page. */
export type Parts = AiParts & ReviewParts & TextParts & StructureParts & ClipboardParts & DocumentParts & ExportParts & ViewParts;

export const COMMANDS: readonly CommandOf<Parts>[] = [
  ...AI,
  ...REVIEW,
  ...AUTHORSHIP,
  ...WORDS,
  ...LINES,
  ...TABLES,
  ...SECTIONS,
  ...FINDING,
  ...CLIPBOARD,
  ...DOCUMENTS,
  ...EXPORT,
  ...VIEW,
];
