// What the benchmark prints.

import { expect, it } from 'vitest';

import { CLASSES } from '../../scripts/bench/classes.ts';
import type { Sample } from '../../scripts/bench/load.ts';
import { type Report, reportText, tableText } from '../../scripts/bench/report.ts';

it('a table has columns of even width', () => {
  expect(
    tableText(
      ['a', 'long'],
      [
        ['wide cell', '1'],
        ['', '22'],
      ],
    ),
  ).toBe(
    ['| a         | long |', '|-----------|------|', '| wide cell | 1    |', '|           | 22   |'].join(
      '\n',
    ),
  );
});

it('says what was measured, and leaves out CPU time where it is not known', () => {
  const [queryClass] = CLASSES;
  if (!queryClass) throw new Error('There are query classes.');
  const floor: Sample = { requestsPerSecond: [2000.4, 9000, 10], p50Ms: 1.234, p99Ms: 5, cpuMs: 300.2 };
  const report: Report = {
    date: '2026-11-25',
    machine: '2 × test',
    comparisons: [
      {
        queryClass,
        connections: 8,
        floor,
        engine: { ...floor, cpuMs: undefined },
        ratio: 1.049,
      },
    ],
    bulkInsert: {
      rows: 10_000,
      bodyBytes: 800_000,
      floorMs: 100.4,
      engineMs: 110,
      ratio: 1.096,
      floorPeakBytes: 90_000_000,
      enginePeakBytes: undefined,
    },
    planning: { firstMs: 5, medianMs: 0.1234 },
    build: {
      out: '',
      roles: [{ role: 'user', tables: 11, bytes: 1436 }],
      artifactBytes: 12_300,
      artifactGzipBytes: 1,
      workerBytes: 342_900,
      workerGzipBytes: 104_000,
      startBytes: 150_000,
    },
    auth: {
      classes: ['`{ __typename }`', 'one row by primary key'],
      modes: [
        {
          title: 'HS256, a token seen before',
          ratios: [
            { time: 1.001, cpu: 1.018 },
            { time: 0.996, cpu: Number.NaN },
          ],
        },
      ],
    },
    coldStarts: [
      {
        tables: 1000,
        artifactBytes: 2_900_000,
        roleBytes: 400_000,
        engine: { ms: 80, cpuMs: 60 },
        empty: { ms: 30, cpuMs: 20.5 },
      },
    ],
    live: {
      changes: [
        {
          tables: 100,
          documentBytes: 120_000,
          replaceMs: 91.4,
          trackMs: 60.6,
          atOnceMs: 500,
          peakBytes: 128_400_000,
        },
        {
          tables: 1000,
          documentBytes: 1_200_000,
          replaceMs: 900,
          trackMs: 700,
          atOnceMs: 6000,
          peakBytes: undefined,
        },
      ],
      ratios: [{ title: 'one row', live: 1.043, bundled: 1.031, liveToBundled: 1.012 }],
    },
  };
  const text = reportText(report);
  expect(text).toMatch(
    /\| `\{ __typename \}` +\| 8 +\| 2000 +\| 2000 +\| \*\*1\.05\*\* +\| 1\.23 \/ 5\.00 +\| 1\.23 \/ 5\.00 +\| 300 +\| – /,
  );
  expect(text).toContain(
    'Inserting 10000 rows (800.0 kB) with a heap of 128 MB: floor 100 ms, engine 110 ms, **1.10**; peaks of their processes 90 MB and –.',
  );
  expect(text).toContain('Planning a new three-level query: 0.123 ms (the very first: 5.0 ms).');
  expect(text).toContain(
    'Bundle: 342.9 kB, 104.0 kB gzip; 150.0 kB of it are read at the start. Artifact: 12.3 kB, of it for one role alone: user 1436 bytes (11 tables).',
  );
  expect(text).toMatch(/\| 100 +\| 120\.0 kB +\| 91 ms +\| 61 ms +\| 500 ms +\| 128 MB +\|/);
  expect(text).toMatch(/\| 1000 +\| 1200\.0 kB +\| 900 ms +\| 700 ms +\| 6000 ms +\| – +\|/);
  expect(text).toMatch(
    /\| HS256, a token seen before \| \*\*1\.00\*\* \(1\.02\) +\| \*\*1\.00\*\* \(–\) +\|/,
  );
  expect(text).toMatch(/\| one row \| 1\.04 +\| 1\.03 +\| \*\*1\.01\*\* +\|/);
  expect(text).toMatch(
    /\| 1000 +\| 2900\.0 kB +\| 400\.0 kB +\| 80\.0 ms +\| 30\.0 ms +\| \*\*50\.0 ms\*\* +\| 60\.0 ms +\| 20\.5 ms +\| \*\*39\.5 ms\*\*/,
  );
});
