/** A table as Markdown writes it: read, changed and written, every cell's source kept. Knows nothing of the editor. */

export type Align = "none" | "left" | "center" | "right";

export interface Table {
  /** The head first; each cell's source without the white space around it. A row may have more cells than the head. */
  readonly rows: readonly (readonly string[])[];
  /** One for each column. */
  readonly aligns: readonly Align[];
  /** What stands before each line: of a quotation, of a list. The second is that of the line of dashes. */
  readonly prefixes: readonly string[];
}

/** Where a cell's words stand in a line. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Wider cells stick out: a column of paragraphs would fill the others with blanks. */
const WIDEST = 40;
const DASHES = /^(:?)-+(:?)$/;
const SIGNS = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\u3200-\u33ff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u;
const HALF = /^[\uff61-\uffdc]/;

/** The table that `lines` are, of which the first begins at `lead`; null where they are none. */
export function readTable(lines: readonly string[], lead = 0): Table | null {
  const prefixes = lines.map((line, i) => (i === 0 ? line.slice(0, lead) + /^\s*/.exec(line.slice(lead))![0] : /^[\s>]*/.exec(line)![0]));
  const [head, dashes, ...rest] = lines.map((line, i) => sourcesOf(line, prefixes[i]!.length));
  if (head === undefined || dashes === undefined || head.length !== dashes.length || head.length === 0) return null;
  const aligns = dashes.map(alignOf);
  if (aligns.some((align) => align === null)) return null;
  return { rows: [head, ...rest], aligns: aligns as Align[], prefixes };
}

function sourcesOf(line: string, start: number): string[] {
  return cellsOf(line, start).map(({ from, to }) => line.slice(from, to));
}

function alignOf(cell: string): Align | null {
  const found = DASHES.exec(cell);
  if (!found) return null;
  if (found[1]) return found[2] ? "center" : "left";
  return found[2] ? "right" : "none";
}

/** The cells of a line whose table begins at `start`; of one without words, the place to write them. */
export function cellsOf(line: string, start = 0): Span[] {
  const end = start + line.slice(start).trimEnd().length;
  const edges = [start];
  for (let i = start; i < end; i++) if (line[i] === "|" && line[i - 1] !== "\\") edges.push(i + 1);
  const opens = line[start] === "|";
  const closes = edges.length > 1 && edges.at(-1) === end;
  if (opens) edges.shift();
  const bounds = closes ? edges : [...edges, end + 1];
  return bounds.slice(0, -1).map((from, i) => words(line, from, bounds[i + 1]! - 1));
}

function words(line: string, from: number, to: number): Span {
  const cell = line.slice(from, to);
  if (cell.trim() === "") return { from: from + Math.min(1, cell.length), to: from + Math.min(1, cell.length) };
  return { from: from + cell.length - cell.trimStart().length, to: from + cell.trimEnd().length };
}

/** The table's lines, its columns as wide as their cells. */
export function writeTable({ rows, aligns, prefixes }: Table): string[] {
  const widths = aligns.map((_, j) => Math.min(WIDEST, Math.max(3, ...rows.map((row) => widthOf(row[j] ?? "")))));
  const body = rows.map((row) => {
    const cells = aligns.map((align, j) => padded(row[j] ?? "", widths[j]!, align));
    return `| ${[...cells, ...row.slice(aligns.length)].join(" | ")} |`;
  });
  const dashes = `| ${aligns.map((align, j) => dashed(align, widths[j]!)).join(" | ")} |`;
  return [body[0]!, dashes, ...body.slice(1)].map((line, i) => prefixes[i]! + line);
}

function padded(cell: string, width: number, align: Align): string {
  const room = Math.max(0, width - widthOf(cell));
  const left = align === "right" ? room : align === "center" ? Math.floor(room / 2) : 0;
  return " ".repeat(left) + cell + " ".repeat(room - left);
}

function dashed(align: Align, width: number): string {
  const [left, right] = [align === "left" || align === "center", align === "right" || align === "center"];
  return (left ? ":" : "-") + "-".repeat(width - 2) + (right ? ":" : "-");
}

/** How many columns a terminal gives `text`: two for signs of East Asia and for emoji. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of SIGNS.segment(text)) width += WIDE.test(segment) && !HALF.test(segment) ? 2 : /^[\p{Mn}\p{Cf}]+$/u.test(segment) ? 0 : 1;
  return width;
}

/** A table of `rows`, the first of which is its head. */
export function tableOf(rows: readonly (readonly string[])[], prefix = ""): Table {
  const columns = Math.max(1, ...rows.map((row) => row.length));
  const filled = rows.map((row) => Array.from({ length: columns }, (_, j) => escaped(row[j] ?? "")));
  return { rows: filled, aligns: filled[0]!.map(() => "none"), prefixes: Array.from({ length: rows.length + 1 }, () => prefix) };
}

/** What was copied from a spreadsheet: rows by line, cells by tab, those in quotation marks with both in them; null for other text. */
export function gridOf(text: string): string[][] | null {
  if (!text.includes("\t") || text.length > 1_000_000) return null;
  const rows: string[][] = [[]];
  const cell = /(?:^|(?<=[\t\n]))"((?:[^"]|"")*)"(?=\t|\n|$)|[^\t\n]*/y;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; ; at++) {
    cell.lastIndex = at;
    const [whole, quoted] = cell.exec(source)!;
    rows.at(-1)!.push((quoted?.replaceAll('""', '"') ?? whole).trim());
    at += whole.length;
    if (at >= source.length) break;
    if (source[at] === "\n") rows.push([]);
  }
  const columns = rows[0]!.length;
  return columns > 1 && rows.every((row) => row.length === columns) ? rows : null;
}

/** `text` as the source of one cell. */
function escaped(text: string): string {
  return text.replace(/(?<!\\)\|/g, "\\|").replace(/\s*\n\s*/g, "<br>");
}

export function withRow({ rows, aligns, prefixes }: Table, at: number): Table {
  const row = aligns.map(() => "");
  return { rows: rows.toSpliced(at, 0, row), aligns, prefixes: prefixes.toSpliced(at + 1, 0, prefixes[1]!) };
}

/** The head stays: a table without one is none. */
export function withoutRow({ rows, aligns, prefixes }: Table, at: number): Table | null {
  return at === 0 ? null : { rows: rows.toSpliced(at, 1), aligns, prefixes: prefixes.toSpliced(at + 1, 1) };
}

export function withMovedRow({ rows, aligns, prefixes }: Table, at: number, by: 1 | -1): Table | null {
  const to = at + by;
  if (at === 0 || to === 0 || to >= rows.length) return null;
  return { rows: swapped(rows, at, to), aligns, prefixes };
}

export function withColumn({ rows, aligns, prefixes }: Table, at: number): Table {
  return { rows: rows.map((row) => filled(row, at).toSpliced(at, 0, "")), aligns: aligns.toSpliced(at, 0, "none"), prefixes };
}

export function withoutColumn({ rows, aligns, prefixes }: Table, at: number): Table | null {
  if (aligns.length === 1 || at >= aligns.length) return null;
  return { rows: rows.map((row) => row.toSpliced(at, 1)), aligns: aligns.toSpliced(at, 1), prefixes };
}

export function withMovedColumn({ rows, aligns, prefixes }: Table, at: number, by: 1 | -1): Table | null {
  const to = at + by;
  if (at >= aligns.length || to < 0 || to >= aligns.length) return null;
  return { rows: rows.map((row) => swapped(filled(row, Math.max(at, to) + 1), at, to)), aligns: swapped(aligns, at, to), prefixes };
}

export function withAlign({ rows, aligns, prefixes }: Table, at: number, align: Align): Table | null {
  return at < aligns.length ? { rows, aligns: aligns.with(at, aligns[at] === align ? "none" : align), prefixes } : null;
}

/** `grid` put over the cells from `row` and `column` on; rows and columns are added where there are too few. */
export function withGrid(table: Table, row: number, column: number, grid: readonly (readonly string[])[]): Table {
  let wide = table;
  while (wide.rows.length < row + grid.length) wide = withRow(wide, wide.rows.length);
  while (wide.aligns.length < column + grid[0]!.length) wide = withColumn(wide, wide.aligns.length);
  const rows = wide.rows.map((cells, i) => {
    const put = grid[i - row];
    return put ? filled(cells, wide.aligns.length).map((cell, j) => (put[j - column] === undefined ? cell : escaped(put[j - column]!))) : cells;
  });
  return { ...wide, rows };
}

function swapped<T>(all: readonly T[], a: number, b: number): T[] {
  return all.with(a, all[b]!).with(b, all[a]!);
}

function filled(row: readonly string[], columns: number): string[] {
  return [...row, ...Array.from({ length: Math.max(0, columns - row.length) }, () => "")];
}
