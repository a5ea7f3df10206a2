/** The workspace as folders and documents, and the rows of it that are to be seen. Knows nothing of the page. */

import type { DocumentEntry } from "./protocol";

export interface Folder {
  /** Without a slash at its end; empty for the workspace itself. */
  readonly path: string;
  readonly folders: readonly Folder[];
  /** Names of the documents that lie in it, in order. */
  readonly documents: readonly string[];
}

export interface Row {
  readonly kind: "folder" | "document";
  /** A document's name, or a folder's path. */
  readonly name: string;
  /** What is read in the list. */
  readonly title: string;
  /** 1 for what lies in the workspace itself. */
  readonly level: number;
  /** Its place among those of its folder, from 1, and their number. */
  readonly position: number;
  readonly siblings: number;
  /** Whether a folder shows what is in it. */
  readonly open: boolean;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

interface Growing {
  readonly path: string;
  readonly folders: Map<string, Growing>;
  readonly documents: string[];
}

export function treeOf(entries: readonly DocumentEntry[]): Folder {
  const root = sapling("");
  for (const { name } of entries) {
    let folder = root;
    for (let slash = name.indexOf("/"); slash >= 0; slash = name.indexOf("/", slash + 1)) {
      const path = name.slice(0, slash);
      let next = folder.folders.get(path);
      if (!next) folder.folders.set(path, (next = sapling(path)));
      folder = next;
    }
    folder.documents.push(name);
  }
  return grown(root);
}

/** The rows below `root`, where `isOpen` says of a folder whether its own are among them. Folders come first. */
export function rowsOf(root: Folder, isOpen: (path: string) => boolean): Row[] {
  const rows: Row[] = [];
  const add = ({ folders, documents }: Folder, level: number) => {
    const siblings = folders.length + documents.length;
    let position = 0;
    for (const folder of folders) {
      const open = isOpen(folder.path);
      rows.push({ kind: "folder", name: folder.path, title: lastOf(folder.path), level, position: ++position, siblings, open });
      if (open) add(folder, level + 1);
    }
    for (const name of documents) {
      rows.push({ kind: "document", name, title: titleOf(name), level, position: ++position, siblings, open: false });
    }
  };
  add(root, 1);
  return rows;
}

/** The path of every folder below `root`, in the order of the list. */
export function foldersOf(root: Folder): string[] {
  return root.folders.flatMap((folder) => [folder.path, ...foldersOf(folder)]);
}

/** A document's name without its folder and ending. */
export function titleOf(name: string): string {
  return lastOf(name).replace(/\.(?:md|markdown)$/i, "");
}

/** The folder that a document or a folder lies in; empty for the workspace itself. */
export function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

/** `folder` and every folder around it, the outermost first; none for the workspace itself. */
export function lineage(folder: string): string[] {
  const parts = folder === "" ? [] : folder.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** The name of something that lies in `folder`. */
export function inside(folder: string, last: string): string {
  return folder === "" ? last : `${folder}/${last}`;
}

export function lastOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function sapling(path: string): Growing {
  return { path, folders: new Map(), documents: [] };
}

function grown({ path, folders, documents }: Growing): Folder {
  return {
    path,
    folders: [...folders.values()].sort((a, b) => COLLATOR.compare(a.path, b.path)).map(grown),
    documents: documents.sort(COLLATOR.compare),
  };
}
