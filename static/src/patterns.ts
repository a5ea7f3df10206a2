/** Whether a pattern is found in a text in a moment. A hopeless one keeps a worker busy, which is ended, and not the page. */

/** What a pattern may take for a whole text, in milliseconds. */
const MOST_MS = 500;

/** To the worker: `flags` are those of the editor's own search. */
export interface Trial {
  readonly source: string;
  readonly flags: string;
  readonly text: string;
}

export type Step = "begun" | "done";

interface ScriptUrls {
  createScriptURL(url: string): string;
}

const RULES: ScriptUrls = { createScriptURL: (url) => url };
const FACTORY = (window as { trustedTypes?: { createPolicy(name: string, rules: ScriptUrls): ScriptUrls } }).trustedTypes;
/** Browsers with Trusted Types want it said that the worker is the page's own; the server's headers allow the policy once. */
const WORKER = (FACTORY?.createPolicy("meai-worker", RULES) ?? RULES).createScriptURL("/static/pattern-worker.js");

/** Of one search bar. */
export interface Trials {
  /** Null for a trial that another one ended before its time. */
  isQuick(trial: Trial): Promise<boolean | null>;
  end(): void;
}

export function createTrials(): Trials {
  let worker: Worker | null = null;
  let settle: ((answer: boolean | null) => void) | null = null;
  let timer = 0;

  const answer = (value: boolean | null) => {
    clearTimeout(timer);
    settle?.(value);
    settle = null;
  };
  const end = (value: boolean | null) => {
    worker?.terminate();
    worker = null;
    answer(value);
  };
  const start = (): Worker => {
    const one = new Worker(WORKER);
    one.onmessage = ({ data }: MessageEvent<Step>) => {
      if (data === "done") answer(true);
      else timer = window.setTimeout(end, MOST_MS, false);
    };
    // Without a worker it is searched for as before there were trials.
    one.onerror = () => end(true);
    return one;
  };

  return {
    isQuick(trial) {
      if (settle) end(null);
      worker ??= start();
      worker.postMessage(trial);
      return new Promise((resolve) => (settle = resolve));
    },
    end: () => end(null),
  };
}
