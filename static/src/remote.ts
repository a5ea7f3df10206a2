/** Pictures of the web: whether the open document may load them. Knows nothing of how they are drawn. */

import { h } from "./dom";
import { recall, remember } from "./memory";

export interface RemoteParts {
  /** The bar over the preview. */
  readonly bar: HTMLElement;
  /** What this page's policy lets pictures come from, as the server says: origins with a space between, or `any`. */
  readonly allowed: string;
  /** The open document, in words that no other workspace has; null for none. */
  document(): string | null;
  /** Whether the writer wants those of every document; null as long as that is not known. */
  isAlways(): boolean | null;
  /** Want it so, or no longer. */
  always(on: boolean): Promise<void>;
  /** Load the page anew at this address, when all that is written is kept. */
  reload(address: string): Promise<void>;
}

export interface RemotePictures {
  /** Whether a picture of `origin` may be shown. */
  may(origin: string): boolean;
  /** Another document is open. */
  opened(): void;
  /** The writer may want it otherwise now. */
  settle(): void;
  /** These are the origins of the pictures in the open document. */
  found(origins: readonly string[]): void;
  /** Whether the open document may load its pictures. */
  readonly isOn: boolean;
  toggle(): void;
  readonly isAlways: boolean;
  toggleAlways(): void;
  /** Hosts that a picture may be asked of while this page is open, in words; empty for none. */
  readonly reach: string;
}

const ANY = "any";
const KEY = "meai-pictures:";

export function createRemotePictures({ bar, allowed, document, isAlways, always, reload }: RemoteParts): RemotePictures {
  let origins: readonly string[] = [];

  const remembered = () => recall(KEY + document()) ?? "";
  const wanted = () => (isAlways() ? ANY : remembered());
  const may = (origin: string) => wanted() !== "" && covers(allowed, origin);

  const settle = () => {
    if (isAlways() === null) return;
    const query = wanted() && `?${new URLSearchParams({ pictures: wanted() })}`;
    // The server may have let less through; asking for the same again would never end.
    if (document() !== null && query !== location.search) void reload(location.pathname + query);
  };

  const allow = (sources: readonly string[]) => {
    remember(KEY + document(), sources.join(" "));
    settle();
  };

  const show = () => {
    const waiting = origins.filter((origin) => !may(origin));
    const names = listed(waiting.map(hostOf));
    bar.hidden = waiting.length === 0;
    if (bar.hidden || bar.dataset["names"] === names) return;
    bar.dataset["names"] = names;
    bar.replaceChildren(
      h("p", {}, `Pictures from ${names} are not loaded: asking for them would tell ${waiting.length === 1 ? "that server" : "those servers"} that you read this.`),
      h("button", { type: "button", click: () => allow([...new Set([...remembered().split(" "), ...origins])].filter(Boolean)) }, "Load for this document"),
      h("button", { type: "button", click: () => void always(true) }, "Always load"),
    );
  };

  return {
    may,
    settle,
    opened() {
      origins = [];
      show();
      settle();
    },
    found(now) {
      origins = now;
      show();
    },
    get isOn() {
      return wanted() !== "";
    },
    toggle: () => (isAlways() ? void always(false) : allow(remembered() === "" ? origins : [])),
    get isAlways() {
      return isAlways() === true;
    },
    toggleAlways: () => void always(!isAlways()),
    get reach() {
      return allowed === ANY ? "any server" : listed(allowed.split(" ").filter(Boolean).map(hostOf));
    },
  };
}

/** The origin of an address that leaves this machine, else null; an address without a scheme is asked for safely. */
export function originOf(address: string): string | null {
  if (!/^(?:https?:)?\/\//i.test(address)) return null;
  try {
    const { protocol, origin } = new URL(address, "https://x.invalid");
    return protocol === "https:" || protocol === "http:" ? origin : null;
  } catch {
    return null;
  }
}

export function hostOf(origin: string): string {
  return origin.replace(/^\w+:\/\//, "");
}

function covers(allowed: string, origin: string): boolean {
  return allowed === ANY || allowed.split(" ").includes(origin);
}

/** `a, b and c`; of many the first ones and their number. */
export function listed(names: readonly string[]): string {
  const MOST = 3;
  const all = [...new Set(names)];
  const parts = all.length > MOST + 1 ? [...all.slice(0, MOST), `${all.length - MOST} others`] : all;
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
