/** The language of the text: Markdown, with front matter before it. Parsers of code and of YAML come with the first that needs them. */

import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { defineLanguageFacet, Language, LanguageDescription, languageDataProp, LanguageSupport, ParseContext, StreamLanguage } from "@codemirror/language";
import { type Input, NodeType, parseMixed, Parser, type ParseWrapper, type PartialParse, Tree, type TreeFragment } from "@lezer/common";
import { styleTags, tags } from "@lezer/highlight";

/** Tags step back as the marks of Markdown do. */
const RAW_HTML = { props: [styleTags({ "HTMLBlock HTMLTag": tags.meta })] };

/** Of a name that no language has. */
const PLAIN = new LanguageSupport(StreamLanguage.define({ token: (stream) => (stream.skipToEnd(), null) }));

/** A new one for each editor. */
export function language(): LanguageSupport {
  const codeLanguages = languageOfCode();
  const content = markdown({ base: markdownLanguage, codeLanguages, completeHTMLTags: false, extensions: RAW_HTML });
  return new LanguageSupport(new Language(DATA, new ParserOfParts(content.language.parser, codeLanguages("yaml"))), content.support);
}

/** A block of code names its language; the table of all of them comes with the first such block. */
function languageOfCode(): (name: string) => LanguageDescription {
  const asked = new Map<string, LanguageDescription>();
  const load = async (name: string): Promise<LanguageSupport> => {
    const { languages } = await import("@codemirror/language-data");
    return LanguageDescription.matchLanguageName(languages, name)?.load() ?? PLAIN;
  };
  return (name) => {
    const known = asked.get(name) ?? LanguageDescription.of({ name, load: () => load(name) });
    asked.set(name, known);
    return known;
  };
}

const DATA = defineLanguageFacet();
const [DOCUMENT, FRONT_MATTER, DASHES, CONTENT, BODY] = [
  NodeType.define({ id: 1, name: "Document", top: true, props: [[languageDataProp, DATA]] }),
  NodeType.define({ id: 2, name: "Frontmatter" }),
  NodeType.define({ id: 3, name: "DashLine", props: [styleTags({ DashLine: tags.meta })] }),
  NodeType.define({ id: 4, name: "FrontmatterContent" }),
  NodeType.define({ id: 5, name: "Body" }),
] as const;

/** Parts the text where its front matter ends; what the parts hold, `body` and `yaml` read. */
class ParserOfParts extends Parser {
  private readonly inParts: ParseWrapper;

  constructor(body: Parser, yaml: LanguageDescription) {
    super();
    const yamlNow = () => yaml.support?.language.parser ?? ParseContext.getSkippingParser(yaml.load());
    this.inParts = parseMixed(({ type }) => (type === BODY ? { parser: body } : type === CONTENT ? { parser: yamlNow() } : null));
  }

  createParse(input: Input, fragments: readonly TreeFragment[], ranges: readonly { from: number; to: number }[]): PartialParse {
    let stoppedAt: number | null = null;
    const parts: PartialParse = {
      parsedPos: 0,
      get stoppedAt() {
        return stoppedAt;
      },
      stopAt: (position) => (stoppedAt = position),
      advance: () => partsOf(input, stoppedAt ?? input.length),
    };
    return this.inParts(parts, input, fragments, ranges);
  }
}

const OPENING = "---\n";

/** Front matter that is not closed yet goes on to the end. */
function partsOf(input: Input, end: number): Tree {
  if (end <= OPENING.length || input.read(0, OPENING.length) !== OPENING) return row(DOCUMENT, leaf(BODY, end));
  const [from, to] = closingOf(input, end);
  const matter = row(FRONT_MATTER, leaf(DASHES, OPENING.length), leaf(CONTENT, from - OPENING.length), ...(from < to ? [leaf(DASHES, to - from)] : []));
  return row(DOCUMENT, matter, leaf(BODY, end - to));
}

const PIECE = 4_096;
const CLOSING = /\n---(?:\n|$)/;

/** The line that closes the front matter, its break included; the text may be long, so it is read by the piece. */
function closingOf(input: Input, end: number): [from: number, to: number] {
  for (let from = OPENING.length - 1; from < end; from += PIECE) {
    const found = CLOSING.exec(input.read(from, Math.min(from + PIECE + OPENING.length, end)));
    if (found && found.index < PIECE) return [from + found.index + 1, from + found.index + found[0].length];
  }
  return [end, end];
}

const leaf = (type: NodeType, length: number): Tree => new Tree(type, [], [], length);

function row(type: NodeType, ...children: Tree[]): Tree {
  let length = 0;
  const positions = children.map((child) => (length += child.length) - child.length);
  return new Tree(type, children, positions, length);
}
