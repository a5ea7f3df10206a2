/** What the writer asked for in words of their own before: the latest first, favourites above all. Knows no surface. */

import { recall, remember } from "./memory";

export interface Asked {
  readonly instruction: string;
  readonly favourite: boolean;
}

const KEY = "meai-asked";
/** Beside the favourites, as many are kept. */
const MOST = 30;

export function readAsked(kept: string | null): readonly Asked[] {
  try {
    const list: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(list) ? list.filter(isAsked) : [];
  } catch {
    return [];
  }
}

/** `list` after `instruction` was asked for (again). */
export function withAsked(list: readonly Asked[], instruction: string): readonly Asked[] {
  const before = list.find((each) => each.instruction === instruction);
  const others = list.filter((each) => each !== before);
  return trimmed([{ instruction, favourite: before?.favourite ?? false }, ...others]);
}

export function withFavourite(list: readonly Asked[], instruction: string, favourite: boolean): readonly Asked[] {
  return trimmed(list.map((each) => (each.instruction === instruction ? { instruction, favourite } : each)));
}

export function without(list: readonly Asked[], instruction: string): readonly Asked[] {
  return list.filter((each) => each.instruction !== instruction);
}

/** Those that have all words of `sought`, favourites first. */
export function matching(list: readonly Asked[], sought: string): readonly Asked[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const found = list.filter(({ instruction }) => words.every((word) => instruction.toLowerCase().includes(word)));
  return [...found.filter(({ favourite }) => favourite), ...found.filter(({ favourite }) => !favourite)];
}

/** The list that this browser keeps. */
export class AskedBefore {
  private list = readAsked(recall(KEY));

  matching(sought: string): readonly Asked[] {
    return matching(this.list, sought);
  }

  add(instruction: string): void {
    this.keep(withAsked(this.list, instruction));
  }

  favour(instruction: string, favourite: boolean): void {
    this.keep(withFavourite(this.list, instruction, favourite));
  }

  remove(instruction: string): void {
    this.keep(without(this.list, instruction));
  }

  private keep(list: readonly Asked[]): void {
    this.list = list;
    remember(KEY, JSON.stringify(list));
  }
}

function trimmed(list: readonly Asked[]): readonly Asked[] {
  let others = 0;
  return list.filter(({ favourite }) => favourite || ++others <= MOST);
}

function isAsked(value: unknown): value is Asked {
  const { instruction, favourite } = (value ?? {}) as Partial<Record<keyof Asked, unknown>>;
  return typeof instruction === "string" && instruction !== "" && typeof favourite === "boolean";
}
