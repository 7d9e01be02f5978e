// What `Retry-After` says, in all its forms.

import { expect, it } from 'vitest';

import { retryAfterSeconds } from '../../../src/events/delivery/outcome.ts';

const NOW = Date.parse('2026-01-02T03:04:05.400Z');
const DAY = 24 * 60 * 60;

it.each([
  [null, undefined],
  ['', undefined],
  ['0', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['12abc', undefined],
  ['7', 7],
  [' 7 ', 7],
  ['315360000', DAY],
  ['9'.repeat(400), DAY],
  ['Fri, 02 Jan 2026 03:04:35 GMT', 30],
  ['Friday, 02-Jan-26 03:04:35 GMT', 30],
  ['Fri, 02 Jan 2026 03:04:05 GMT', undefined],
  ['Fri, 02 Jan 2015 03:04:05 GMT', undefined],
  ['Fri, 02 Jan 2036 03:04:05 GMT', DAY],
  ['2026-01-02T03:04:35Z', undefined],
])('%s: %s', (text, seconds) => {
  expect(retryAfterSeconds(text, NOW)).toBe(seconds);
});
