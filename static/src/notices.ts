/** Sentences to the writer above the text: one line each, quiet, with a way out. */

import { h, icon } from "./dom";
import type { Clock } from "./pace";

export interface Choice {
  readonly label: string;
  run(): void;
}

export interface Notice {
  readonly text: string;
  /** Things in it that can be pressed. */
  readonly choices?: readonly Choice[];
  /** More lines; one with a `run` can be pressed. */
  readonly list?: readonly (Pick<Choice, "label"> & Partial<Choice>)[];
  readonly tone?: "plain" | "error";
  /** Whether the writer can put it away; a state that lasts says so by staying. */
  readonly lasting?: boolean;
  /** After so many milliseconds it leaves by itself, but not while the writer is at it or away from the page. */
  readonly passes?: number;
}

/** Milliseconds in which a sentence is read that asks nothing. */
export const READ_MS = 8_000;
/** Milliseconds in which what was done can be taken back. */
export const UNDO_MS = 30_000;

export interface Notices {
  /** Show `notice` in the place of the last one of that `key`. */
  show(key: string, notice: Notice): void;
  hide(...keys: string[]): void;
  /** Say `text` in the place of that `key` while `work` goes on, once it has taken a moment. */
  during<T>(key: string, text: string, work: Promise<T>): Promise<T>;
  /** Of these, hide what tells of a failure. */
  hideErrors(...keys: string[]): void;
}

/** Milliseconds that nobody calls waiting. */
const A_MOMENT = 500;

/** Call `leave` after `ms`; where it is held then, wait as long again. */
export function passAway(clock: Clock, ms: number, isHeld: () => boolean, leave: () => void): void {
  clock.after(ms, () => (isHeld() ? passAway(clock, ms, isHeld, leave) : leave()));
}

export function createNotices(container: HTMLElement, clock: Clock): Notices {
  const shown = new Map<string, HTMLElement>();
  const hide = (...keys: string[]) => {
    for (const key of keys) {
      shown.get(key)?.remove();
      shown.delete(key);
    }
  };
  const notices: Notices = {
    hide,
    during(key, text, work) {
      const timer = window.setTimeout(() => notices.show(key, { text }), A_MOMENT);
      return work.finally(() => clearTimeout(timer));
    },
    hideErrors: (...keys) => hide(...keys.filter((key) => shown.get(key)?.dataset["tone"] === "error")),
    show(key, notice) {
      const old = shown.get(key);
      // A state that is found again on every attempt must not be read out again each time.
      if (notice.lasting && old?.querySelector("p")?.textContent === notice.text) return;
      const element = build(notice, () => hide(key));
      if (old) old.replaceWith(element);
      else container.append(element);
      shown.set(key, element);
      const isHeld = () => document.hidden || element.matches(":hover, :focus-within");
      if (notice.passes) passAway(clock, notice.passes, isHeld, () => shown.get(key) === element && hide(key));
    },
  };
  return notices;
}

function build({ text, choices = [], list = [], tone = "plain", lasting = false }: Notice, close: () => void): HTMLElement {
  const button = ({ label, run }: Choice) => h("button", { type: "button", click: run }, label);
  const notice = h("div", { class: "notice", role: tone === "error" ? "alert" : "status", "data-tone": tone }, h("p", {}, text));
  if (list.length > 0) notice.append(h("ul", {}, ...list.map(({ label, run }) => h("li", {}, run ? button({ label, run }) : label))));
  notice.append(...choices.map(button));
  if (!lasting) {
    notice.append(h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", click: close }, icon("cross")));
  }
  return notice;
}
