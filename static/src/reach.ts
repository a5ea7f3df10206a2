/** What may leave this machine, said in the status line. Knows only what it is told; the page's policy enforces it. */

export interface Reach {
  /** `what` goes elsewhere from now on, as a clause; empty: it does not. */
  say(subject: string, what: string): void;
}

const NOTHING = "Nothing leaves this machine";
const WHY = "The browser itself holds the page to this: its policy allows no other address than this machine’s.";

export function createReach(element: HTMLElement): Reach {
  const leaving = new Map<string, string>();
  const show = () => {
    const all = [...leaving.values()];
    element.dataset["state"] = all.length === 0 ? "closed" : "open";
    element.textContent = all.length === 0 ? NOTHING : all.join(" · ");
    element.title = all.length === 0 ? WHY : "Nothing else leaves this machine.";
  };
  show();
  return {
    say(subject, what) {
      if (what === "") leaving.delete(subject);
      else leaving.set(subject, what);
      show();
    },
  };
}
