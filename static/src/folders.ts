/** Choosing one of the workspace's folders, or a new one. Knows nothing of what will be put there. */

import { h } from "./dom";
import { matchesIn } from "./search";

export interface FolderField {
  readonly fields: readonly Node[];
  /** What is chosen: a path without a slash at its end, empty for the workspace itself. */
  readonly value: string;
}

const WORKSPACE = "Top of the workspace";

/** A box to write in, and below it the folders that go with what is written. */
export function folderField(folders: readonly string[], current: string): FolderField {
  const input = h("input", {
    id: "folder",
    type: "text",
    value: current,
    placeholder: WORKSPACE,
    autocomplete: "off",
    spellcheck: "false",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "folder-list",
    "aria-autocomplete": "list",
  });
  const list = h("ul", { id: "folder-list", role: "listbox", "aria-label": "Folders" });
  const note = h("p", { class: "quiet", role: "status" });
  let active = -1;

  const options = () => [...list.querySelectorAll<HTMLElement>("[role=option]")];

  const activate = (index: number) => {
    const all = options();
    active = Math.min(all.length - 1, Math.max(0, index));
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    const option = all[active];
    if (!option) return;
    option.scrollIntoView({ block: "nearest" });
    input.value = option.dataset["path"]!;
    input.setAttribute("aria-activedescendant", option.id);
    tell();
  };

  const tell = () => {
    const path = tidied(input.value);
    note.textContent = path === "" || folders.includes(path) ? "" : `“${path}” will be a new folder.`;
  };

  const show = (wanted: string) => {
    const found = ["", ...folders].filter((path) => wanted === "" || matchesIn(path, wanted).length > 0);
    list.replaceChildren(
      ...found.map((path, i) =>
        h(
          "li",
          { role: "option", id: `folder-${i}`, "data-path": path, "aria-selected": String(path === tidied(input.value)), click: () => activate(i) },
          path || WORKSPACE,
        ),
      ),
    );
    list.hidden = found.length === 0;
    active = found.indexOf(tidied(input.value));
    input.removeAttribute("aria-activedescendant");
    tell();
  };

  input.addEventListener("input", () => show(tidied(input.value)));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    activate(active + step);
  });
  show("");
  return {
    fields: [h("label", { for: "folder" }, "Folder"), input, list, note],
    get value() {
      return tidied(input.value);
    },
  };
}

function tidied(path: string): string {
  return path
    .split("/")
    .map((part) => part.trim())
    .filter(Boolean)
    .join("/");
}
