/** What is typed and not yet saved, kept where no server is needed. Knows nothing of the page, the wire or the disk. */

import { type Clock, Pace } from "./pace";

export interface Draft {
  /** The document's. */
  readonly name: string;
  /** The page that wrote it, and which of its texts it is; a save under the same two is the same save. */
  readonly client: string;
  readonly seq: number;
  /** The revision it was made of; null for a document that has no file yet. */
  readonly base: string | null;
  readonly text: string;
  /** A text that was on its way to the disk when this one was written: the disk may have it instead of `base`. */
  readonly sent: string | null;
  /** When, in UTC. For people; nothing is decided by it. */
  readonly at: string;
}

/** A document at one moment: what to keep of it, unless the disk has it already. */
export interface Moment {
  readonly draft: Draft;
  readonly isClean: boolean;
}

export interface Store {
  /** Rejects when nothing can be kept. */
  put(draft: Draft): Promise<void>;
  /** Forget what `client` wrote of `name` up to `seq`. */
  remove(name: string, client: string, seq: number): Promise<void>;
}

/** A second place, which may be away at any time. */
export interface Journal {
  keep(draft: Draft): boolean;
  drop(name: string, client: string): void;
}

/** After the last key, so that 300 ms after it the browser has it, and after the first that is not kept yet. */
const IDLE = 250;
const MOST = 1_000;
const JOURNAL_IDLE = 1_000;
const JOURNAL_MOST = 2_000;

export class Drafts {
  /** The last change that is in the store, of all those that were made. */
  private kept = 0;
  private made = 0;
  private stored: Draft | null = null;
  private journalled: Draft | null = null;
  private readonly keeping: Pace;
  private readonly journalling: Pace;

  /** `moment` is null while no document is open; `onKept` hears whether the last attempt to keep something worked. */
  constructor(
    private readonly store: Store,
    private readonly journal: Journal,
    clock: Clock,
    private readonly moment: () => Moment | null,
    private readonly onKept: (worked: boolean) => void,
  ) {
    this.keeping = new Pace(clock, IDLE, MOST, () => void this.keep());
    this.journalling = new Pace(clock, JOURNAL_IDLE, JOURNAL_MOST, () => this.tell());
  }

  /** The writer changed the text. */
  changed(): void {
    this.made++;
    this.keeping.touched();
    this.journalling.touched();
  }

  /** Whether something was typed that only this page knows. */
  get isBehind(): boolean {
    return this.kept < this.made;
  }

  /** Keep it now: the page, or the server, may be gone in a moment. */
  async flush(): Promise<void> {
    this.journalling.now();
    this.keeping.stop();
    await this.keep();
  }

  /** The disk has what the editor has, though maybe not by a save of this page. */
  settled(): void {
    if (this.stored) void this.keep();
    if (this.journalled) this.tell();
  }

  /** A save of `name` reached the disk. */
  saved(name: string, client: string, seq: number): void {
    const holds = (draft: Draft | null) => draft?.name === name && draft.client === client && draft.seq <= seq;
    if (holds(this.stored)) this.stored = null;
    if (holds(this.journalled)) this.journalled = null;
    void this.store.remove(name, client, seq).catch(() => undefined);
  }

  private async keep(): Promise<void> {
    const now = this.moment();
    const made = this.made;
    if (now === null) return void (this.kept = made);
    const { name, client, seq } = now.draft;
    try {
      this.stored = now.isClean ? null : now.draft;
      await (now.isClean ? this.store.remove(name, client, seq) : this.store.put(now.draft));
      this.kept = Math.max(this.kept, made);
      this.onKept(true);
    } catch {
      this.onKept(now.isClean);
    }
  }

  private tell(): void {
    const now = this.moment();
    if (now === null) return;
    if (!now.isClean) {
      if (this.journal.keep(now.draft)) this.journalled = now.draft;
    } else if (this.journalled !== null) {
      const { name, client } = this.journalled;
      // Every change was taken back, and no save will ever say so. Another document's may still be wanted.
      if (name === now.draft.name && client === now.draft.client) this.journal.drop(name, client);
      this.journalled = null;
    }
  }
}

/** One draft for each page that left something: the same page's later text stands for its earlier one. Latest last. */
export function latest(drafts: readonly Draft[]): Draft[] {
  const found = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = JSON.stringify([draft.name, draft.client]);
    const known = found.get(key);
    if (!known || known.seq < draft.seq) found.set(key, draft);
  }
  return [...found.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** Whether the disk holds just what `draft` was made of, so that nobody else's words are at stake. */
export function continues(draft: Draft, etag: string | null, text: string): boolean {
  return draft.base === etag || draft.sent === text;
}
