/** When the open document is written, and what the writer is told about it. Knows nothing of the page or the wire. */

import type { Result } from "./api";
import type { Clock } from "./pace";
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

/** A text on its way to the disk. */
export interface Write {
  readonly name: string;
  readonly text: string;
  /** The revision it replaces; null for a file that must not exist yet. */
  readonly etag: string | null;
  /** The page that wrote it, and which of its texts it is: the same two again are the same save, made once. */
  readonly client: string;
  readonly seq: number;
  /** The page may be gone in a moment. */
  readonly urgent: boolean;
}

export type Store = (write: Write) => Promise<Result<SavedDocument>>;

/** A text that may have reached the disk, although no answer said so. */
interface Attempt<T> {
  readonly text: T;
  readonly etag: string | null;
  readonly client: string;
  readonly seq: number;
}

/** Typing has stopped when this long no key was pressed. */
const IDLE_MS = 800;
/** Nobody types for ever: the longest time without a save. */
const MOST = 5_000;
/** Until it is tried again, twice as long each time: what did not answer may be back at once, a full disk is not. */
const FIRST_PAUSE = { unreachable: 1_000, refused: 5_000 };
const LONGEST_PAUSE = { unreachable: 15_000, refused: 30_000 };
const UNREACHABLE = 0;
const WRONG_TOKEN = 401;
/** By the status of the answer. */
const CAUSES: Record<number, Cause> = { 404: "gone", 412: "changed", 422: "gone" };

export class Saving<T extends Content> {
  name: string | null = null;
  etag: string | null = null;
  state: SaveState = { kind: "saved" };
  /** Of the writer's texts, the one that stands in the editor. */
  seq = 0;
  private saved: T | null = null;
  private current: T | null = null;
  private unanswered: Attempt<T> | null = null;
  private sending: Attempt<T> | null = null;
  private running: Promise<void> | null = null;
  private timer: number | null = null;
  private dirtySince: number | null = null;
  private failures = 0;
  /** There is no file any more, whatever it held. */
  private lost = false;

  /** Milliseconds without a key after which the text is saved; infinite: only when somebody asks. */
  private idle = IDLE_MS;
  /** Who writes: this page, since it opened the document. */
  client = "";

  /** `newClient` makes an id that nobody else has. */
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly newClient: () => string,
    private readonly onState: (state: SaveState) => void,
  ) {}

  /** Save `milliseconds` after the last key from now on; infinite: only when somebody asks. */
  pace(milliseconds: number): void {
    if (milliseconds === this.idle) return;
    this.idle = milliseconds;
    if (!this.isClean && this.state.kind === "dirty") this.soon();
  }

  /** Begin with a document as it is on disk; without `etag` it will be a new file. */
  open(name: string, etag: string | null, text: T): void {
    this.name = name;
    this.client = this.newClient();
    this.current = text;
    this.rebase(etag, text);
  }

  /** The disk has `text` as the revision `etag`; what the editor has beyond it is still to be written. */
  rebase(etag: string | null, text: T): void {
    this.stopTimer();
    this.etag = etag;
    this.saved = text;
    this.unanswered = null;
    this.dirtySince = null;
    this.failures = 0;
    this.lost = false;
    this.enter({ kind: "saved" });
    if (!this.isClean) this.soon();
  }

  /** The same document under another name. */
  renamed(name: string, etag: string): void {
    this.name = name;
    this.etag = etag;
    // Between the renaming and its answer the old name may have been found gone.
    if (this.lost) this.rebase(etag, this.saved!);
  }

  /** The writer has decided: the text replaces the revision `etag`, or is made a file anew where that is null. */
  decide(etag: string | null): void {
    this.stopTimer();
    this.etag = etag;
    this.unanswered = null;
    this.failures = 0;
    this.enter({ kind: "dirty" });
    void this.flush();
  }

  /** Save what the editor has as the text `seq` of `client`: a page that is no more, and may have saved it already. */
  repeat(client: string, seq: number): void {
    if (this.current === null) return;
    this.unanswered = { text: this.current, etag: this.etag, client, seq };
    this.stopTimer();
    void this.save(false);
  }

  /** The file was found changed; `message` says so. Nothing is written until somebody rebases or decides. */
  conflict(message: string): void {
    this.stopTimer();
    this.enter({ kind: "failed", message, cause: "changed" });
  }

  /** The file was found gone; `message` says so. */
  gone(message: string): void {
    this.lost = true;
    this.enter({ kind: "failed", message, cause: "gone" });
    this.tryAgain("refused");
  }

  /** The document is gone on purpose: nothing of it is to be written any more. */
  abandon(): void {
    this.stopTimer();
    this.name = null;
    this.unanswered = null;
    this.saved = this.current;
    this.enter({ kind: "saved" });
  }

  /** The writer changed the text. */
  changed(text: T): void {
    this.current = text;
    this.seq++;
    if (this.inConflict || this.name === null) return;
    if (this.isClean) {
      this.stopTimer();
      this.dirtySince = null;
      if (!this.running) this.enter({ kind: "saved" });
      return;
    }
    this.soon();
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

  /** Once no write is under way. */
  async settled(): Promise<void> {
    while (this.running) await this.running;
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
    if (this.name === null || this.current === null || this.saved === null) return true;
    return !this.lost && this.unanswered === null && this.current.eq(this.saved);
  }

  /** What the revision `etag` holds. */
  get base(): T | null {
    return this.saved;
  }

  /** A text that the disk may have without our knowing. */
  get underWay(): T | null {
    return this.sending?.text ?? this.unanswered?.text ?? null;
  }

  get inConflict(): boolean {
    return this.state.kind === "failed" && this.state.cause === "changed";
  }

  private save(urgent: boolean): Promise<void> {
    this.running ??= this.write(urgent).finally(() => ((this.running = null), (this.sending = null)));
    return this.running;
  }

  private async write(urgent: boolean): Promise<void> {
    const { name, etag, current, client, seq } = this;
    if (name === null || current === null) return;
    if (this.state.kind !== "failed") this.enter({ kind: "saving" });
    this.dirtySince = null;
    // What got no answer is sent again as it was: newer words on its base would contradict it, had it been written.
    const attempt = this.unanswered ?? { text: current, etag, client, seq };
    this.sending = attempt;
    const result = await this.store({ ...attempt, name, text: attempt.text.toString(), urgent });
    // Another document, or the same under another name, is not this answer's business.
    if (this.name !== name || this.etag !== etag) return this.goOn();
    if (result.ok) return this.succeeded(result.value.etag, attempt);
    const { status, message } = result.failure;
    if (status === UNREACHABLE) this.unanswered = attempt;
    else if (status !== WRONG_TOKEN) this.unanswered = null;
    const cause = CAUSES[status] ?? "other";
    this.lost = cause === "gone";
    this.enter({ kind: "failed", message, cause });
    if (!this.inConflict) this.tryAgain(status === UNREACHABLE ? "unreachable" : "refused");
  }

  private goOn(): void {
    if (this.state.kind === "saving") this.enter({ kind: this.isClean ? "saved" : "dirty" });
    if (!this.isClean && !this.inConflict) this.soon();
  }

  private succeeded(etag: string, { text }: Attempt<T>): void {
    const again = this.unanswered !== null;
    this.etag = etag;
    this.saved = text;
    this.unanswered = null;
    this.lost = false;
    this.failures = 0;
    this.enter({ kind: this.isClean ? "saved" : "dirty" });
    if (!this.isClean) this.saveAfter(again ? 0 : this.idle);
  }

  private tryAgain(why: keyof typeof FIRST_PAUSE): void {
    this.saveAfter(Math.min(LONGEST_PAUSE[why], FIRST_PAUSE[why] * 2 ** this.failures++));
  }

  /** In a pause of typing, but not too late. */
  private soon(): void {
    this.dirtySince ??= this.clock.now();
    if (this.state.kind === "saved") this.enter({ kind: "dirty" });
    // A disk that refused is not asked at every pause of typing.
    if (this.state.kind === "failed" && this.timer !== null) return;
    this.saveAfter(Math.max(0, Math.min(this.idle, this.dirtySince + Math.max(MOST, this.idle) - this.clock.now())));
  }

  private saveAfter(milliseconds: number): void {
    this.stopTimer();
    if (milliseconds === Infinity) return;
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
