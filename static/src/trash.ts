/** The dialog of deleted documents: what lies in the trash, and what only the history still has. */

import type { Api, Result } from "./api";
import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import type { Lost, SavedDocument, Trashed } from "./protocol";
import { describeMoment } from "./timeline";
import { folderOf, titleOf } from "./tree";

export interface TrashParts {
  readonly api: Api;
  readonly dialogs: Dialogs;
  /** A document is back. */
  restored(name: string): Promise<void>;
}

export interface Trash {
  open(): Promise<void>;
}

export function createTrash({ api, dialogs, restored }: TrashParts): Trash {
  const problem = h("p", { class: "problem", role: "alert" });

  const restoring = (row: () => HTMLElement, ask: () => Promise<Result<SavedDocument>>) => async () => {
    const result = await ask();
    problem.textContent = result.ok ? "" : result.failure.message;
    if (!result.ok) return;
    await restored(result.value.name);
    const action = row().querySelector(".actions")!;
    action.replaceChildren(h("span", { class: "quiet", role: "status" }, "Restored"));
  };

  /** What leaves the trash is in the history still, and is shown there. */
  const deleting = (ask: () => Promise<Result<null>>) => async () => {
    const result = await ask();
    problem.textContent = result.ok ? "" : result.failure.message;
    if (!result.ok) return;
    await fill();
    lists.focus();
  };

  const trashed = (document: Trashed): HTMLElement => {
    const restore = restoring(() => row, () => api.restore(document.id));
    const title = titleOf(document.name);
    const row: HTMLElement = entry(
      document.name,
      `Deleted ${describeMoment(document.deleted)}`,
      h("button", { type: "button", "aria-label": `Restore ${title}`, click: () => void restore() }, "Restore"),
      sure(`Delete ${title} from the trash`, "From the trash?", deleting(() => api.emptyTrash(document.id))),
    );
    return row;
  };

  const lost = (document: Lost): HTMLElement => {
    const recover = restoring(() => row, () => api.recover(document.id));
    const words = `${document.words.toLocaleString("en")} ${document.words === 1 ? "word" : "words"}`;
    const row: HTMLElement = entry(
      document.name,
      `Last seen ${describeMoment(document.saved)}, ${words}`,
      h("button", { type: "button", "aria-label": `Restore ${titleOf(document.name)}`, click: () => void recover() }, "Restore"),
      sure(`Forget ${titleOf(document.name)}`, "For good?", deleting(() => api.forgetLost(document.id)), "Forget"),
    );
    return row;
  };

  const lists = h("div", { tabindex: "-1" });
  const fill = async () => {
    const [bin, gone] = await Promise.all([api.trash(), api.lost()]);
    problem.textContent ||= !bin.ok ? bin.failure.message : !gone.ok ? gone.failure.message : "";
    const inBin = bin.ok ? bin.value.documents : [];
    const inHistory = gone.ok ? gone.value.documents : [];
    const nothing = inBin.length + inHistory.length === 0 && problem.textContent === "";
    lists.replaceChildren(
      ...(nothing ? [h("p", { class: "quiet" }, "Nothing has been deleted.")] : []),
      ...list("In the trash", inBin.map(trashed)),
      ...list("Kept in the history alone", inHistory.map(lost)),
    );
  };

  return {
    async open() {
      problem.textContent = "";
      await fill();
      await dialogs.ask({
        title: "Deleted documents",
        wide: true,
        body: [problem, lists],
        answers: [{ label: "Close", value: null }],
      });
    },
  };
}

function list(title: string, rows: readonly HTMLElement[]): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), h("ul", { class: "deleted" }, ...rows)];
}

function entry(name: string, when: string, ...actions: HTMLElement[]): HTMLElement {
  const folder = folderOf(name);
  return h(
    "li",
    {},
    h("div", {}, h("strong", {}, titleOf(name)), h("small", {}, folder === "" ? when : `${folder} · ${when}`)),
    h("span", { class: "actions" }, ...actions),
  );
}

/** A button that has to be pressed twice; after the first time it asks `question`. */
function sure(label: string, question: string, run: () => Promise<void>, word = "Delete"): HTMLElement {
  const button = h("button", { type: "button", "aria-label": label }, word);
  button.addEventListener("click", () => {
    if (button.classList.contains("danger")) return void run();
    button.classList.add("danger");
    button.textContent = question;
  });
  button.addEventListener("blur", () => {
    button.classList.remove("danger");
    button.textContent = word;
  });
  return button;
}
