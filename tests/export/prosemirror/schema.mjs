// Substack's editor as ProseMirror's own schema, from the table that the exporter checks its posts by.

import { Schema } from "prosemirror-model";

const ORDER = ["strong", "em", "code", "strikethrough", "superscript", "subscript", "link"];

/** How pasted elements are read, as far as Substack's editor was seen to; what has no rule loses its element. */
const PARSED = {
  paragraph: [{ tag: "p" }],
  heading: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
  blockquote: [{ tag: "blockquote" }],
  bullet_list: [{ tag: "ul" }],
  ordered_list: [{ tag: "ol", getAttrs: (ol) => ({ start: ol.start, order: ol.start }) }],
  list_item: [{ tag: "li" }],
  highlighted_code_block: [
    {
      tag: "pre",
      preserveWhitespace: "full",
      getAttrs: (pre) => ({ language: /language-(\S+)/.exec(pre.firstElementChild?.className)?.[1] ?? "plaintext" }),
    },
  ],
  horizontal_rule: [{ tag: "hr" }],
  hard_break: [{ tag: "br" }],
  captionedImage: [{ tag: "figure" }],
  image2: [
    {
      tag: "img[src]",
      getAttrs: (img) => ({
        src: img.getAttribute("src"),
        alt: img.getAttribute("alt") || null,
        href: img.closest("a")?.getAttribute("href") ?? null,
      }),
    },
  ],
  caption: [{ tag: "figcaption" }],
  strong: [{ tag: "strong" }, { tag: "b", getAttrs: (b) => b.style.fontWeight !== "normal" && null }],
  em: [{ tag: "em" }, { tag: "i" }],
  code: [{ tag: "code" }],
  strikethrough: [{ tag: "s" }, { tag: "del" }],
  superscript: [{ tag: "sup" }],
  subscript: [{ tag: "sub" }],
  link: [{ tag: "a[href]", getAttrs: (a) => ({ href: a.getAttribute("href") }) }],
};
const SHOWN = {
  heading: (node) => [`h${node.attrs.level}`, 0],
  highlighted_code_block: () => ["pre", ["code", 0]],
  image2: ({ attrs: { src, alt } }) => ["img", { src, alt }],
  blockquote: () => ["blockquote", 0],
  bullet_list: () => ["ul", 0],
  ordered_list: () => ["ol", 0],
  list_item: () => ["li", 0],
  captionedImage: () => ["figure", 0],
  caption: () => ["figcaption", 0],
  paragraph: () => ["p", 0],
  hard_break: () => ["br"],
  horizontal_rule: () => ["hr"],
};
// Else the first block that is pasted loses what it stands in.
const DEFINING = new Set(["heading", "blockquote", "list_item", "highlighted_code_block"]);
const DEFAULTS = { level: 1, start: 1, order: 1, language: "plaintext" };
const FLAGS = new Set(["belowTheFold", "topImage", "isProcessing", "offset"]);

export function schemaOf(table) {
  const attributes = (names) =>
    Object.fromEntries(names.map((name) => [name, { default: FLAGS.has(name) ? false : (DEFAULTS[name] ?? null) }]));
  const nodes = Object.entries(table.nodes).map(([name, { content, attributes: names, group, marks }]) => [
    name,
    {
      content,
      attrs: attributes(names),
      group: group === "block" ? "block top" : group,
      inline: group === "inline",
      defining: DEFINING.has(name),
      ...(!marks && { marks: "" }),
      code: name === "highlighted_code_block",
      parseDOM: PARSED[name] ?? [],
      toDOM: SHOWN[name] ?? ((node) => (node.isLeaf ? ["span", `[${name}]`] : [node.isInline ? "span" : "div", 0])),
    },
  ]);
  const marks = ORDER.map((name) => [
    name,
    {
      attrs: attributes(table.marks[name]),
      inclusive: name !== "link",
      parseDOM: PARSED[name],
      toDOM: () => [{ strong: "strong", em: "em", code: "code", link: "a", superscript: "sup", subscript: "sub" }[name] ?? "s", 0],
    },
  ]);
  const spec = Object.fromEntries(nodes);
  return new Schema({ nodes: { ...spec, text: { group: "inline" } }, marks: Object.fromEntries(marks), topNode: "doc" });
}
