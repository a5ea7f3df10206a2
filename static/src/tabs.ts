/** Of the tabs that show one document, which may write it. Knows nothing of what is written. */

export interface Claim {
  /** Whether this tab is the one. */
  readonly isMine: boolean;
  /** Have the tab that is the one put it down. */
  takeOver(): void;
  release(): void;
}

export interface ClaimEvents {
  /** It is this tab's turn now; what the others wrote is on disk or among the drafts. */
  granted(): void;
  /** Another tab asks for it: it gets it once this is done. */
  leaving(): Promise<void>;
  /** This tab is not the one any more. */
  lost(): void;
  /** Another tab has given the document the name `to`. */
  renamed(to: string): void;
}

export interface Tabs {
  /** Of `names`, those that no tab shows. */
  unclaimed(names: readonly string[]): Promise<readonly string[]>;
  /** Say that this tab shows `name`. The first to say so is the one that may write. */
  claim(name: string, events: ClaimEvents): Promise<Claim>;
  /** Tell the others that `name` is called `to` now. */
  renamed(name: string, to: string): void;
}

/** A tab asks for the right to write, or has renamed what the lock is of. */
interface Said {
  readonly lock: string;
  readonly to?: string;
}

/** A tab that the browser has put to sleep does not answer. */
const PATIENCE = 2_000;

/** Tabs with the same `workspace` share documents; it is asked for at every claim. */
export function createTabs(workspace: () => string): Tabs {
  const channel = new BroadcastChannel("meai");
  const asked = new Set<(said: Said) => void>();
  const say = (said: Said) => channel.postMessage(said);
  channel.addEventListener("message", (event: MessageEvent<Said>) => {
    for (const listener of asked) listener(event.data);
  });

  const lockOf = (name: string) => `meai:${workspace()}:${name}`;

  return {
    renamed: (name, to) => say({ lock: lockOf(name), to }),

    async unclaimed(names) {
      const { held = [] } = await navigator.locks.query();
      return names.filter((name) => !held.some((lock) => lock.name === lockOf(name)));
    },

    async claim(name, events) {
      const lock = lockOf(name);
      const gone = new AbortController();
      let waiting = new AbortController();
      let letGo: (() => void) | null = null;

      /** Ask for the lock; it is held until it is let go, or stolen. */
      const request = async (options: LockOptions, answered: (given: boolean) => void) => {
        let held = false;
        try {
          await navigator.locks.request(lock, options, (given) => {
            held = given !== null;
            const end = held ? new Promise<void>((resolve) => (letGo = resolve)) : undefined;
            answered(held);
            return end;
          });
        } catch {
          // Stolen, or not waited for any more.
          if (held) lose();
        }
      };
      const lose = () => {
        letGo = null;
        queue();
        events.lost();
      };

      const queue = () => {
        waiting = new AbortController();
        if (!gone.signal.aborted) void request({ signal: waiting.signal }, () => events.granted());
      };
      const yieldIt = async () => {
        await events.leaving();
        letGo?.();
        if (letGo !== null) lose();
      };
      const listener = (said: Said) => {
        if (said.lock !== lock) return;
        if (said.to !== undefined) events.renamed(said.to);
        else if (letGo !== null) void yieldIt();
      };

      await new Promise<boolean>((resolve) => void request({ ifAvailable: true }, resolve));
      if (letGo === null) queue();
      asked.add(listener);
      return {
        get isMine() {
          return letGo !== null;
        },
        takeOver() {
          say({ lock });
          window.setTimeout(() => {
            if (letGo !== null || gone.signal.aborted) return;
            waiting.abort();
            void request({ steal: true }, () => events.granted());
          }, PATIENCE);
        },
        release() {
          gone.abort();
          waiting.abort();
          asked.delete(listener);
          const held = letGo;
          letGo = null;
          held?.();
        },
      };
    },
  };
}
