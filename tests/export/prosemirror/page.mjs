// A writer's editor in a page, as Substack's would be: what is pasted into it can be read back as JSON.

import { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";

import { schemaOf } from "./schema.mjs";

globalThis.openEditor = (table) => {
  const view = new EditorView(document.body, { state: EditorState.create({ schema: schemaOf(table) }) });
  view.focus();
  globalThis.written = () => view.state.doc.toJSON();
};
