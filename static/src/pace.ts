/** When to do what follows typing: in a pause, and at most so long after the first key. Knows nothing of what it is. */

export interface Clock {
  now(): number;
  after(milliseconds: number, run: () => void): number;
  cancel(timer: number): void;
}

export class Pace {
  private timer: number | null = null;
  private since: number | null = null;

  /** `idle`: the pause that is waited for; `most`: the longest that the first key waits; both in milliseconds. */
  constructor(
    private readonly clock: Clock,
    private readonly idle: number,
    private readonly most: number,
    private readonly run: () => void,
  ) {}

  touched(): void {
    this.since ??= this.clock.now();
    if (this.timer !== null) this.clock.cancel(this.timer);
    this.timer = this.clock.after(Math.max(0, Math.min(this.idle, this.since + this.most - this.clock.now())), this.now);
  }

  /** Do it at once; the next key begins anew. */
  readonly now = (): void => {
    this.stop();
    this.run();
  };

  stop(): void {
    if (this.timer !== null) this.clock.cancel(this.timer);
    this.timer = null;
    this.since = null;
  }
}
