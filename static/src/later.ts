/** A part of the page that is fetched when it is first wanted. Knows nothing of what it is. */

export interface Later<T> {
  /** Do that with it as soon as it is there. */
  use(run: (part: T) => void): void;
  /** Null before it was wanted. */
  readonly now: T | null;
}

/** `failed`: it cannot be had now; the next use tries again. */
export function later<T>(load: () => Promise<T>, failed: () => void): Later<T> {
  let now: T | null = null;
  let coming: Promise<T> | null = null;
  return {
    use(run) {
      coming ??= load();
      coming.then(
        (part) => run((now = part)),
        () => {
          coming = null;
          failed();
        },
      );
    },
    get now() {
      return now;
    },
  };
}
