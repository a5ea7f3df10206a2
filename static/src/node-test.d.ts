// The corners of Node that the tests use; the page itself must never see Node's types.
declare module "node:test" {
  export default function test(name: string, body: () => void | Promise<void>): void;
}
declare function setImmediate(run: () => void): void;
declare module "node:process" {
  /** Microseconds of processor time since *since*. */
  export function cpuUsage(since?: { user: number; system: number }): { user: number; system: number };
}
declare module "node:fs" {
  export function readFileSync(path: string, encoding: "utf8"): string;
}
declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
  }
  const assert: Assert;
  export default assert;
}
