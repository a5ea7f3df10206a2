/** Asks for a picture's address, its description and its width, and puts it into the text. */

import type { EditorView } from "@codemirror/view";

import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import { imageAt, written } from "./images";

const WIDEST = 9_999;

/** Of the picture at the caret, or of a new one in the place of the selection, whose words describe it. */
export async function askImage(view: EditorView, dialogs: Dialogs): Promise<void> {
  const { doc, selection } = view.state;
  const line = doc.lineAt(selection.main.head);
  const found = imageAt(line.text, selection.main.head - line.from);
  const selected = view.state.sliceDoc(selection.main.from, selection.main.to);
  const address = field("image-address", "Address", found?.address ?? "", { placeholder: "picture.png or https://…", spellcheck: "false" });
  const alt = field("image-alt", "Description", found?.alt ?? (/\n/.test(selected) ? "" : selected), { placeholder: "For those who do not see it" });
  const width = field("image-width", "Width in pixels", String(found?.width ?? ""), { inputmode: "numeric", placeholder: "As wide as it is" });
  const range = found ? { from: line.from + found.from, to: line.from + found.to } : { from: selection.main.from, to: selection.main.to };
  const attempt = async () => {
    const source = address.input.value.trim();
    const told = width.input.value.trim();
    if (source === "") return "A picture needs an address: a file beside this document, or one that begins with https://.";
    if (told !== "" && !(/^\d{1,4}$/.test(told) && Number(told) > 0)) return `“${told}” is no width: a number from 1 to ${WIDEST.toLocaleString("en")}, or nothing.`;
    if (!view.state.doc.eq(doc)) return "The text has changed meanwhile; please close this and try again.";
    const insert = written({ address: source, alt: alt.input.value.trim(), title: found?.title ?? "", width: told === "" ? null : Number(told) }, found?.rest);
    view.dispatch({ changes: { ...range, insert }, selection: { anchor: range.from + insert.length }, userEvent: "input.format", scrollIntoView: true });
    return "";
  };
  width.row.append(h("small", {}, "A picture with a width is written as HTML, which readers, mails and web pages take; without one it is Markdown."));
  const fields = [address, alt, width].map(({ row }) => row);
  await dialogs.askForm({ title: found ? "This image" : "Image", fields, action: found ? "Change" : "Insert", attempt });
  view.focus();
}

function field(id: string, label: string, value: string, more: Record<string, string>) {
  const input = h("input", { id, type: "text", value, autocomplete: "off", ...more });
  return { input, row: h("div", { class: "field" }, h("label", { for: id }, label), input) };
}
