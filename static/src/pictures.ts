/** Tables, formulas and images of odd kinds drawn as PNG by the browser, which has a font for every sign. */

import type { Trust } from "./trusted";

export interface TableFields {
  readonly rows: readonly (readonly string[])[];
  readonly has_head: boolean;
  readonly aligns: readonly ("left" | "center" | "right")[];
  readonly caption: string;
}

export interface Picture {
  /** A data URI. */
  readonly src: string;
  readonly width: number;
  readonly height: number;
}

/** Pixels for each unit: sharp on good screens. */
const SCALE = 2;
/** Substack makes what is wider smaller. */
const WIDEST = 1400;
/** Substack's column: what is narrower is shown twice as big as its letters are meant. */
const COLUMN = 728;
const LETTER = 17;
const LEADING = 24;
const PAD_X = 14;
const PAD_Y = 9;
const MARGIN = 20;
const WIDEST_COLUMN = 420;
/** Browsers draw no canvas that is higher. */
const TALLEST = 16_000;
const PAPER = "#ffffff";
const INK = "#24231f";
const LINE = "#dedad0";
const STRONG_LINE = "#68655d";
const FACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

type Measure = (text: string) => number;

export function drawTable({ rows, has_head: hasHead, aligns, caption }: TableFields): Picture {
  const pen = brush(1, 1);
  const measured = (strong: boolean): Measure => {
    return (text) => {
      pen.font = face(strong);
      return pen.measureText(text).width;
    };
  };
  const widths = columnWidths(rows, measured(true));
  const lines = rows.map((row, i) => row.map((cell, j) => wrapped(cell, widths[j]!, measured(hasHead && i === 0))));
  const inner = widths.reduce((sum, width) => sum + width + 2 * PAD_X, 0);
  const above = caption ? wrapped(caption, inner - 2 * PAD_X, measured(false)) : [];
  const heights = lines.map((row) => Math.max(...row.map((cell) => cell.length)) * LEADING + 2 * PAD_Y);
  const height = heights.reduce((sum, high) => sum + high, above.length * LEADING + (above.length && PAD_Y) + 2 * MARGIN);
  if (height * SCALE > TALLEST) throw new Error("The table is too long for a picture.");
  const drawn = brush(inner + 2 * MARGIN, height);

  let y = MARGIN;
  const write = (text: string, x: number, top: number, ink: string, strong: boolean) => {
    drawn.font = face(strong);
    drawn.fillStyle = ink;
    drawn.fillText(text, x, top + LEADING * 0.72);
  };
  for (const line of above) {
    write(line, MARGIN + PAD_X, y, STRONG_LINE, false);
    y += LEADING;
  }
  if (above.length) y += PAD_Y;
  lines.forEach((row, i) => {
    const isHead = hasHead && i === 0;
    let x = MARGIN;
    row.forEach((cell, j) => {
      cell.forEach((line, at) => {
        const rest = widths[j]! - measured(isHead)(line);
        const shift = { left: 0, center: rest / 2, right: rest }[aligns[j] ?? "left"];
        write(line, x + PAD_X + shift, y + PAD_Y + at * LEADING, INK, isHead);
      });
      x += widths[j]! + 2 * PAD_X;
    });
    y += heights[i]!;
    drawn.fillStyle = isHead ? STRONG_LINE : LINE;
    drawn.fillRect(MARGIN, y - 1, inner, isHead ? 2 : 1);
  });
  return finished(drawn.canvas);
}

/** Each as wide as its widest cell; where that is too much, narrow ones get what they want and wide ones share the rest. */
export function columnWidths(rows: readonly (readonly string[])[], measure: Measure): number[] {
  const count = rows[0]?.length ?? 0;
  const natural = Array.from({ length: count }, (_, j) =>
    Math.min(WIDEST_COLUMN, Math.ceil(Math.max(...rows.map((row) => measure(row[j] ?? "")))) + 1),
  );
  let room = Math.max(WIDEST - 2 * MARGIN - 2 * PAD_X * count, count * 4 * LETTER);
  const wanted = natural.reduce((sum, width) => sum + width, 0);
  const spare = Math.max(0, COLUMN - 2 * MARGIN - 2 * PAD_X * count - wanted);
  if (wanted <= room) return natural.map((width) => width + Math.floor(spare / count));
  const widths = [...natural];
  const narrowFirst = natural.map((_, j) => j).sort((a, b) => natural[a]! - natural[b]!);
  narrowFirst.forEach((j, done) => {
    widths[j] = Math.min(natural[j]!, Math.floor(room / (count - done)));
    room -= widths[j]!;
  });
  return widths;
}

/** `text` in lines no wider than `width`; a word that alone is wider is cut. */
export function wrapped(text: string, width: number, measure: Measure): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/).flatMap((one) => pieces(one, width, measure))) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (!lines.at(-1) || measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function pieces(word: string, width: number, measure: Measure): string[] {
  const signs = [...word];
  const cut: string[] = [];
  let piece = "";
  for (const sign of signs) {
    if (piece && measure(piece + sign) > width) {
      cut.push(piece);
      piece = "";
    }
    piece += sign;
  }
  return [...cut, piece];
}

/** An image of any kind that the browser shows, as PNG. */
export async function drawImage(source: string): Promise<Picture> {
  const image = await loaded(source);
  const width = image.naturalWidth || 1200;
  const drawn = brush(width, image.naturalHeight || width / 2, source.startsWith("data:image/svg") ? SCALE : 1);
  drawn.drawImage(image, 0, 0, width, image.naturalHeight || width / 2);
  return finished(drawn.canvas);
}

/** `mathml`, which the server has made, as a picture; fails where the browser keeps a page from drawing elements. */
export async function drawFormula(mathml: string, trust: Trust): Promise<Picture> {
  const box = document.createElement("div");
  box.className = "measured-formula";
  box.innerHTML = trust.createHTML(mathml);
  document.body.append(box);
  const math = box.querySelector("math");
  const { width, height } = (math ?? box).getBoundingClientRect();
  box.remove();
  if (!math || width === 0) throw new Error("There is no formula to draw.");
  const [wide, high] = [Math.max(COLUMN, Math.ceil(width) + 2 * MARGIN), Math.ceil(height) + 2 * MARGIN];
  const left = (wide - width) / 2;
  math.setAttribute("display", "inline");
  const said = new XMLSerializer().serializeToString(math);
  // Attributes, because the page's policy on styles holds in a picture, too.
  const inside = `<div xmlns="http://www.w3.org/1999/xhtml">${said}</div>`;
  const place = `x="${left}" y="${MARGIN}" width="${wide}" height="${high}" font-size="24" color="${INK}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}"><foreignObject ${place}>${inside}</foreignObject></svg>`;
  const image = await loaded(`data:image/svg+xml,${encodeURIComponent(svg)}`);
  const drawn = brush(wide, high);
  drawn.drawImage(image, 0, 0, wide, high);
  return finished(drawn.canvas);
}

function face(strong: boolean): string {
  return `${strong ? "600 " : ""}${LETTER}px ${FACE}`;
}

function brush(width: number, height: number, scale = SCALE): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, width, height);
  return pen;
}

function finished(canvas: HTMLCanvasElement): Picture {
  return { src: canvas.toDataURL("image/png"), width: canvas.width, height: canvas.height };
}

async function loaded(source: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}
