/** The model's state, in the status line and in words for the menu. */

import { h, megabytes } from "./dom";
import type { Speed } from "./estimate";
import type { Action, ModelFields, Offer } from "./protocol";
import { wordsPerSecond } from "./sizes";

export interface ModelView {
  readonly actions: readonly Action[];
  readonly offer: Offer | null;
  /** What it is called; empty where there is none. */
  readonly name: string;
  /** Why the model cannot be asked, as a sentence; null when it can. */
  readonly obstacle: string | null;
  readonly speed: Speed | null;
  /** The host to which goes what it is asked about; empty where it is this program's own. */
  readonly sendsTo: string;
  /** Why `action` is beyond the model in use; empty where it is not. */
  beyond(action: Action): string;
  /** What can be asked for now. */
  offered(actions: readonly Action[]): void;
  tooSmallFor(actions: readonly { readonly name: string; readonly reason: string }[]): void;
  pull(model: string): void;
  welcome(actions: readonly Action[], fields: ModelFields): void;
  show(fields: ModelFields): void;
  /** The server is away, and the model with it. */
  lost(): void;
}

const UNKNOWN: ModelFields = {
  ...{ state: "none", name: null, message: "", done: 0, total: 0, offer: null },
  ...{ reads_per_s: null, writes_per_s: null, sends_to: "" },
};

export function createModelView(element: HTMLElement, pull: (model: string) => void): ModelView {
  let actions: readonly Action[] = [];
  let fields: ModelFields = UNKNOWN;
  let connected = false;
  let reasons = new Map<string, string>();

  const render = () => {
    element.dataset["state"] = connected ? fields.state : "away";
    element.title = connected ? fields.message : "";
    element.replaceChildren(...(connected ? [...parts(fields, pull), ...elsewhere(fields)] : []));
  };

  return {
    get actions() {
      return actions;
    },
    get offer() {
      return connected ? fields.offer : null;
    },
    pull,
    beyond: ({ name }) => reasons.get(name) ?? "",
    offered(known) {
      actions = known;
    },
    tooSmallFor(known) {
      reasons = new Map(known.map(({ name, reason }) => [name, reason]));
    },
    get name() {
      return fields.name ?? "";
    },
    get obstacle() {
      if (!connected) return "The server is away, so the model cannot be asked.";
      return fields.state === "ready" || fields.state === "loading" ? null : fields.message || "There is no model yet.";
    },
    get sendsTo() {
      return fields.sends_to;
    },
    get speed() {
      const { reads_per_s: reads, writes_per_s: writes } = fields;
      return reads && writes ? { reads, writes } : null;
    },
    welcome(known, now) {
      actions = known;
      fields = now;
      connected = true;
      render();
    },
    show(now) {
      fields = now;
      connected = true;
      render();
    },
    lost() {
      connected = false;
      render();
    },
  };
}

/** `Get SmolLM2 (94 MB, Apache-2.0)` */
export function offerLabel({ label, size, licence }: Offer): string {
  return `Get ${label} (${megabytes(size)} MB, ${licence})`;
}

/** The whole label where there is room for it, else in the tooltip. */
function getButton(offer: Offer, pull: (model: string) => void): HTMLElement {
  const label = offerLabel(offer);
  return h(
    "button",
    { type: "button", title: label, click: () => pull(offer.name) },
    h("span", { class: "wide-only" }, label),
    h("span", { class: "narrow-only" }, "Get a model"),
  );
}

function progress(label: string, done: number, total: number): HTMLElement {
  const share = total > 0 ? String(Math.round((100 * done) / total)) : "";
  return h("progress", { max: "100", "aria-label": label, ...(share && { value: share }) });
}

function parts(fields: ModelFields, pull: (model: string) => void): (Node | string)[] {
  const { state, name, done, total, offer } = fields;
  const called = name ?? "the model";
  const get = offer ? [getButton(offer, pull)] : [];
  switch (state) {
    case "none":
      return [...(offer ? [] : ["No model"]), ...get];
    case "failed":
      return [h("span", { class: "problem" }, name ? `${name} failed` : "No model"), ...get];
    case "fetching": {
      const bar = progress(`Fetching ${called}`, done, total);
      const amount = total > 0 ? `${megabytes(done)} of ${megabytes(total)} MB` : "…";
      return [`Fetching ${called} `, bar, h("span", { class: "figures" }, amount)];
    }
    case "loading":
      if (total === 0) return [`Loading ${called}…`];
      return [`Preparing ${called} `, progress(`Preparing ${called} for this computer`, done, total)];
    case "ready":
      return [h("span", { class: "called" }, called), ...pace(fields)];
  }
}

/** How fast it writes on this machine, once that is known. */
function pace({ writes_per_s: tokens }: ModelFields): HTMLElement[] {
  return tokens ? [h("span", { class: "pace figures", title: "How fast it writes on this machine" }, `${wordsPerSecond(tokens)} words/s`)] : [];
}

/** Whatever the state is: a writer must never have to remember that texts go elsewhere. */
function elsewhere({ sends_to: host }: ModelFields): HTMLElement[] {
  if (!host) return [];
  return [h("span", { class: "elsewhere", title: `What the model is asked about goes to ${host}` }, h("span", { class: "wide-only" }, "text goes "), `to ${host}`)];
}
