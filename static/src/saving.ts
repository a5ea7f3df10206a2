/** When the open document is written, and what the writer is told about it. Knows nothing of the page or the wire. */

import type { Result } from "./api";
import type { SavedDocument } from "./protocol";

export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "dirty" }
  | { readonly kind: "saving" }
  | { readonly kind: "failed"; readonly message: string; readonly cause: Cause };

/**
 * `changed`: the file on disk is another one now; only the writer can decide. `gone`: there is no file any more; it
 * may come back, so it is tried again, and the writer may have it made anew. `other`: it is tried again.
 */
export type Cause = "changed" | "gone" | "other";

/** A document's text at one moment; CodeMirror's `Text` is one. */
export interface Content {
  eq(other: this): boolean;
  toString(): string;
}

/** Writes; `etag` is the revision it replaces, null for a file that must not exist yet. */
export type Store = (
  name: string,
  text: string,
  etag: string | null,
  urgent: boolean,
) => Promise<Result<SavedDocument>>;

export interface Clock {
  now(): number;
  after(milliseconds: number, run: () => void): number;
  cancel(timer: number): void;
}

/** Typing has stopped when this long no key was pressed. */
const IDLE = 800;
/** Nobody types for ever: the longest time without a save. */
const MOST = 5_000;
const LONGEST_PAUSE = 15_000;
/** By the status of the answer. */
const CAUSES: Record<number, Cause> = { 404: "gone", 412: "changed" };

export class Saving<T extends Content> {
  name: string | null = null;
  etag: string | null = null;
  state: SaveState = { kind: "saved" };
  private saved: T | null = null;
  private current: T | null = null;
  private running: Promise<void> | null = null;
  private timer: number | null = null;
  private dirtySince: number | null = null;
  private failures = 0;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly onState: (state: SaveState) => void,
  ) {}

  /** Begin with a document as it is on disk; without `etag` it will be a new file. */
  open(name: string, etag: string | null, text: T): void {
    this.stopTimer();
    this.name = name;
    this.etag = etag;
    this.saved = text;
    this.current = text;
    this.dirtySince = null;
    this.failures = 0;
    this.enter({ kind: "saved" });
  }

  /** The same document under another name. */
  renamed(name: string, etag: string): void {
    this.name = name;
    this.etag = etag;
  }

  /** The writer has decided: the text replaces the revision `etag`, or is made a file anew where that is null. */
  decide(etag: string | null): void {
    this.stopTimer();
    this.etag = etag;
    this.failures = 0;
    this.enter({ kind: "dirty" });
    void this.flush();
  }

  /** The document is gone on purpose: nothing of it is to be written any more. */
  abandon(): void {
    this.stopTimer();
    this.name = null;
    this.saved = this.current;
    this.enter({ kind: "saved" });
  }

  /** The writer changed the text. */
  changed(text: T): void {
    this.current = text;
    if (this.inConflict || this.name === null) return;
    if (this.isClean) {
      this.stopTimer();
      this.dirtySince = null;
      if (!this.running) this.enter({ kind: "saved" });
      return;
    }
    if (this.state.kind === "saved") this.enter({ kind: "dirty" });
    this.dirtySince ??= this.clock.now();
    this.saveAfter(Math.max(0, Math.min(IDLE, this.dirtySince + MOST - this.clock.now())));
  }

  /** Save what there is to save; false when the disk does not have it afterwards. */
  async flush(): Promise<boolean> {
    this.stopTimer();
    while (this.running || !this.isClean) {
      if (this.inConflict) return false;
      await (this.running ?? this.save(false));
      if (this.state.kind === "failed") return false;
    }
    return true;
  }

  /** The page may be gone in a moment. */
  hurry(): void {
    if (this.running || this.isClean || this.inConflict) return;
    this.stopTimer();
    void this.save(true);
  }

  /** The reason of a failure may be over. */
  retry(): void {
    if (this.state.kind === "failed" && !this.inConflict && !this.running) void this.flush();
  }

  get isClean(): boolean {
    return this.name === null || this.current === null || this.saved === null || this.current.eq(this.saved);
  }

  private get inConflict(): boolean {
    return this.state.kind === "failed" && this.state.cause === "changed";
  }

  private save(urgent: boolean): Promise<void> {
    this.running ??= this.write(urgent).finally(() => (this.running = null));
    return this.running;
  }

  private async write(urgent: boolean): Promise<void> {
    const { name, etag, current } = this;
    if (name === null || current === null) return;
    if (this.state.kind !== "failed") this.enter({ kind: "saving" });
    this.dirtySince = null;
    const result = await this.store(name, current.toString(), etag, urgent);
    // Opening another document waits for this write; one that did not is not this answer's business.
    if (this.name !== name || this.etag !== etag) return;
    if (result.ok) {
      this.etag = result.value.etag;
      this.saved = current;
      this.failures = 0;
      this.enter({ kind: this.isClean ? "saved" : "dirty" });
      if (!this.isClean) this.saveAfter(IDLE);
      return;
    }
    const { status, message } = result.failure;
    this.enter({ kind: "failed", message, cause: CAUSES[status] ?? "other" });
    if (!this.inConflict) this.saveAfter(Math.min(LONGEST_PAUSE, 1_000 * 2 ** this.failures++));
  }

  private saveAfter(milliseconds: number): void {
    this.stopTimer();
    this.timer = this.clock.after(milliseconds, () => {
      this.timer = null;
      if (!this.isClean && !this.inConflict) void this.save(false);
    });
  }

  private stopTimer(): void {
    if (this.timer !== null) this.clock.cancel(this.timer);
    this.timer = null;
  }

  private enter(state: SaveState): void {
    this.state = state;
    this.onState(state);
  }
}
