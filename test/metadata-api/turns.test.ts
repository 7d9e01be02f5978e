// One request to the metadata API at a time: who is next, and who is not waited for.

import { expect, it } from 'vitest';

import { createTurns, type InTurn } from '../../src/metadata-api/turns.ts';

/** Turns on a clock that the test moves; `sleepers` wake in the order of their time. */
interface Clocked {
  readonly inTurn: InTurn;
  readonly pass: (ms: number) => Promise<void>;
  readonly stall: (ms: number) => Promise<void>;
  readonly stopSleeper: () => void;
}

function clocked(): Clocked {
  let now = 0;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    inTurn: createTurns({
      now: () => now,
      sleep: (ms) => new Promise((resolve) => sleepers.push({ until: now + ms, wake: resolve })),
    }),
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = sleepers.toSorted((a, b) => a.until - b.until)[0];
        if (!next || next.until > end) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.until);
        next.wake();
        await settle();
      }
      now = end;
    },
    /** Nobody wakes for so long; then the last to sleep wakes first. */
    async stall(ms) {
      now += ms;
      const late = sleepers.toReversed();
      sleepers = [];
      for (const { wake } of late) {
        wake();
        await settle();
      }
    },
    /** The request that would wake first never does: its client hung up. */
    stopSleeper() {
      sleepers.shift();
    },
  };
}

it('gives turns in the order of the calls, one at a time, and goes on after one that fails', async () => {
  const { inTurn, pass } = clocked();
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  const request = (name: string) =>
    inTurn(async () => {
      seen.push(`${name} begins`);
      await new Promise<void>((resolve) => ends.push(resolve));
      seen.push(`${name} ends`);
      if (name === 'b') throw new Error('refused');
      return name;
    });
  const [a, b, c] = [request('a'), request('b'), request('c')];
  b.catch(() => {});
  for (let i = 0; i < 3; i++) {
    await pass(100);
    ends[i]?.();
  }
  await pass(100);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  await expect(a).resolves.toBe('a');
  await expect(b).rejects.toThrow('refused');
  await expect(c).resolves.toBe('c');
});

it('waits half a minute for one at work, and a few seconds for one that waited and is gone', async () => {
  const { inTurn, pass, stopSleeper } = clocked();
  const began: string[] = [];
  const forever = (name: string) =>
    inTurn(() => {
      began.push(name);
      return new Promise<never>(() => {});
    });
  void forever('stuck');
  void forever('gone');
  void forever('next');
  await pass(0);
  stopSleeper();
  await pass(29_000);
  expect(began).toEqual(['stuck']);
  await pass(1_100);
  expect(began).toEqual(['stuck', 'next']);
});

it('forgets nobody when all were kept from looking', async () => {
  const { inTurn, pass, stall } = clocked();
  const began: string[] = [];
  void inTurn(() => new Promise((resolve) => setTimeout(resolve, 0)));
  for (const name of ['a', 'b', 'c']) {
    void inTurn(async () => {
      began.push(name);
      await Promise.resolve();
    });
  }
  await pass(0);
  await new Promise((resolve) => setTimeout(resolve, 5)); // the first one ends
  await stall(6_000);
  await pass(1_000);
  expect(began.toSorted()).toEqual(['a', 'b', 'c']);
});
