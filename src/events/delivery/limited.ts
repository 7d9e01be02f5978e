// Pieces of work with keys -> all of them run, no more at a time than there may be in all and of a key.

export interface Limits<T> {
  readonly total: number;
  readonly keyOf: (item: T) => string;
  readonly ofKey: (item: T) => number;
}

/**
 * Runs `work` on each item, in order as far as the limits let it: a key that is at its limit lets others pass.
 * Resolves when all have ended; `work` must not reject.
 */
export function runLimited<T>(
  items: readonly T[],
  { total, keyOf, ofKey }: Limits<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const running = new Map<string, number>();
  let count = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  async function run(item: T): Promise<void> {
    const key = keyOf(item);
    running.set(key, (running.get(key) ?? 0) + 1);
    count += 1;
    await work(item);
    running.set(key, (running.get(key) ?? 0) - 1);
    count -= 1;
    startNext();
  }

  function startNext(): void {
    while (count < total) {
      const at = waiting.findIndex((item) => (running.get(keyOf(item)) ?? 0) < ofKey(item));
      const [item] = at === -1 ? [] : waiting.splice(at, 1);
      if (item === undefined) break;
      run(item).catch(reject);
    }
    if (count === 0) resolve();
  }

  startNext();
  return promise;
}
