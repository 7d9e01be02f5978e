// The arithmetic of the table, and a run of the load generator against a small server.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { requestBytes } from '../../scripts/bench/http-client.ts';
import { cpuTimeMs, median, quantile, startLoadGenerator } from '../../scripts/bench/load.ts';

test.each([
  { values: [3], median: 3 },
  { values: [9, 1, 5], median: 5 },
  { values: [10, 2, 4, 8], median: 6 },
  { values: [], median: Number.NaN },
])('median of $values is $median', ({ values, median: expected }) => {
  expect(median(values)).toBe(expected);
});

test.each([
  { q: 0, value: 0 },
  { q: 0.5, value: 50 },
  { q: 0.99, value: 99 },
  { q: 1, value: 99 },
])('quantile $q of 0 … 99 is $value', ({ q, value }) => {
  expect(
    quantile(
      Array.from({ length: 100 }, (_, i) => i),
      q,
    ),
  ).toBe(value);
});

test.runIf(process.platform === 'linux')(
  'knows the CPU time of a process, and that there is none of a dead one',
  () => {
    const end = performance.now() + 50;
    const before = cpuTimeMs(process.pid) ?? Number.NaN;
    while (performance.now() < end);
    expect((cpuTimeMs(process.pid) ?? Number.NaN) - before).toBeGreaterThanOrEqual(20);
    expect(cpuTimeMs(2 ** 30)).toBeUndefined();
  },
);

test('counts answers, sends every request in turn, and refuses to count errors', async () => {
  const seen = new Map<string, number>();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      seen.set(text, (seen.get(text) ?? 0) + 1);
      response.end(text === 'bad' ? '{"errors":[]}' : '{"data":{}}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const load = startLoadGenerator();
  try {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const target = (...bodies: string[]) => ({
      url: url.href,
      requests: bodies.map((body) => requestBytes(url, {}, body)),
    });
    const shape = { connections: 3, seconds: 0.05, rounds: 3 };
    const samples = await load.measure({ targets: [target('a', 'b'), target('c')], ...shape }, [
      process.pid,
      process.pid,
    ]);
    for (const sample of samples) {
      expect(sample.requestsPerSecond).toHaveLength(3);
      expect(Math.min(...sample.requestsPerSecond)).toBeGreaterThan(0);
      expect(sample.p50Ms).toBeLessThanOrEqual(sample.p99Ms);
    }
    expect([...seen.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect((seen.get('a') ?? 0) + (seen.get('b') ?? 0)).toBeGreaterThanOrEqual(9);
    expect(Math.abs((seen.get('a') ?? 0) - (seen.get('b') ?? 0))).toBeLessThanOrEqual(1);
    const bad = { targets: [target('a', 'bad')], ...shape };
    await expect(load.measure(bad, [process.pid])).rejects.toThrow('were not data');
  } finally {
    await load.stop();
    server.close();
  }
});
