// The sliding minute of a rate limit.

import { describe, expect, it } from 'vitest';

import { currentWindow, takeTurns, type Window } from '../../src/limits/window.ts';

const START = 1_000_000_000_000;

/** Asks one by one at these seconds after the start; the seconds to wait that each was told. */
const waits = (perMinute: number, seconds: readonly number[], count = 1): readonly number[] => {
  let window: Window = [];
  return seconds.map((second) => {
    const turn = takeTurns(window, START + second * 1000, { perMinute, count });
    window = turn.window;
    return turn.wait;
  });
};

describe('a minute', () => {
  it('sees as much as the limit, and no more', () => {
    expect(waits(2, [0, 0.1, 0.2, 59, 60.9, 61])).toEqual([0, 0, 61, 2, 1, 0]);
  });

  it('slides: what was asked at its end counts at the beginning of the next', () => {
    expect(waits(2, [59, 59.5, 60.5, 119, 119.9, 120])).toEqual([0, 0, 60, 1, 1, 0]);
  });

  it('does not count what was refused', () => {
    expect(waits(1, [0, 1, 2, 3, 61])).toEqual([0, 60, 59, 58, 0]);
  });

  it('takes all members of a batch or none', () => {
    expect(waits(5, [0, 1, 2], 2)).toEqual([0, 0, 59]);
    expect(waits(5, [0], 6)).toEqual([61]);
  });

  it('of a limit of 0 sees nothing', () => {
    expect(waits(0, [0, 100])).toEqual([61, 61]);
  });

  it('goes on counting when the clock is set back', () => {
    expect(waits(2, [10, 5, 5])).toEqual([0, 0, 66]);
  });

  it('never sees more than the limit in any 60 seconds, whenever it is asked', () => {
    let window: Window = [];
    const taken: number[] = [];
    let now = START;
    for (let i = 0; i < 5000; i++) {
      now += (i * 7919) % 900;
      const turn = takeTurns(window, now, { perMinute: 50, count: 1 });
      window = turn.window;
      if (turn.wait === 0) taken.push(now);
    }
    const busiest = Math.max(
      ...taken.map((from) => taken.filter((at) => at >= from && at < from + 60_000).length),
    );
    expect(busiest).toBe(50);
    expect(window.length).toBeLessThanOrEqual(62);
  });
});

it('a window whose minute is over holds nothing', () => {
  const { window } = takeTurns([], START, { perMinute: 1, count: 1 });
  expect(currentWindow(window, START + 60_999)).toHaveLength(1);
  expect(currentWindow(window, START + 61_000)).toEqual([]);
});
