// Assertions for invariants the type system cannot hold. A failure is a bug in Hedge, never a user's mistake.

/** Throws with `sentence` when a broken invariant is found. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${sentence}`);
}

/** Returns `value`, which `why` says cannot be null or undefined here. */
export function must<T>(value: T | null | undefined, why: string): T {
  if (value === null || value === undefined) throw new Error(`Invariant broken: ${why}`);
  return value;
}

/** Marks the end of an exhaustive `switch`; compiles only when every case is handled. */
export function unreachable(value: never): never {
  throw new Error(`Invariant broken: unexpected ${JSON.stringify(value)}`);
}
