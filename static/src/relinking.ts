/** Links of a document to what lies beside it, when it moves to another folder. Knows names and text, no page. */

import { folderOf } from "./tree";

/** A link's, an image's or a definition's target, and what stands before it. */
const TARGET = /(\]\(\s*|^ {0,3}\[[^\]\n]+\]:\s*)(?:<([^>\n]+)>|([^)\s<]+))/gm;

/** Pictures and documents that `text` names by their place beside it. */
export function linksBeside(text: string): string[] {
  const targets = [...text.matchAll(TARGET)].map(([, , quoted, plain]) => quoted ?? plain!);
  return [...new Set(targets.filter(isBeside))];
}

/** `text`, which was the document `from` and is `to` now, with each such link leading where it led. */
export function relinked(text: string, from: string, to: string): string {
  return text.replace(TARGET, (whole: string, before: string, quoted?: string, plain?: string) => {
    const target = quoted ?? plain!;
    const moved = isBeside(target) ? relative(folderOf(to), resolved(folderOf(from), target)) : null;
    if (moved === null) return whole;
    return before + (quoted === undefined ? moved : `<${moved}>`);
  });
}

function isBeside(target: string): boolean {
  return !/^(?:[a-z][a-z\d+.-]*:|\/|#|\?)/i.test(target);
}

/** The path below the workspace that `target` means in `folder`; null where it leaves the workspace. */
function resolved(folder: string, target: string): string[] | null {
  const path = folder === "" ? [] : folder.split("/");
  for (const part of target.split("/")) {
    if (part === "..") {
      if (path.pop() === undefined) return null;
    } else if (part !== ".") path.push(part);
  }
  return path;
}

function relative(folder: string, path: string[] | null): string | null {
  if (path === null) return null;
  const here = folder === "" ? [] : folder.split("/");
  let shared = 0;
  // The last part is the file itself.
  while (shared < here.length && shared < path.length - 1 && here[shared] === path[shared]) shared++;
  return [...here.slice(shared).map(() => ".."), ...path.slice(shared)].join("/");
}
