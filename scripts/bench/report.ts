// What was measured -> Markdown for people, as docs/performance.md shows it.

import { cpus } from 'node:os';

import type { BuildSummary } from '../cli/output.ts';
import type { AuthRatios } from './auth.ts';
import type { BulkInsert } from './bulk-insert.ts';
import type { ColdStartTimes } from './cold-start.ts';
import type { Comparison } from './compare.ts';
import { AT_ONCE, HEAP_LIMIT_MB, type LiveChanges, type LiveRatio } from './live.ts';
import { median } from './load.ts';
import type { PlanningTimes } from './planning.ts';

/** What a cold start adds to that of an empty worker. */
export interface ColdStart {
  readonly tables: number;
  /** Bytes of the whole artifact, and of the role that was asked. */
  readonly artifactBytes: number;
  readonly roleBytes: number;
  /** Start of the runtime to the first answer. */
  readonly engine: ColdStartTimes;
  readonly empty: ColdStartTimes;
}

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
  readonly bulkInsert: BulkInsert;
  readonly planning: PlanningTimes;
  readonly build: BuildSummary;
  readonly coldStarts: readonly ColdStart[];
  readonly auth: AuthRatios;
  readonly live: { readonly changes: readonly LiveChanges[]; readonly ratios: readonly LiveRatio[] };
}

/** `2 × AMD EPYC`. */
export function machineKind(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? process.arch}, Node ${process.version}`;
}

const HEAD = [
  'class',
  'connections',
  'floor req/s',
  'engine req/s',
  '**ratio**',
  'floor p50/p99 ms',
  'engine p50/p99 ms',
  'floor CPU ms/1,000',
  'engine CPU ms/1,000',
];

/** The report as Markdown. */
export function reportText(report: Report): string {
  const { bulkInsert, planning, build, coldStarts, auth, live } = report;
  return [
    `Measured ${report.date} on ${report.machine}.`,
    '',
    tableText(HEAD, report.comparisons.map(comparisonRow)),
    '',
    `Inserting ${bulkInsert.rows} rows (${kilobytes(bulkInsert.bodyBytes)}) with a heap of ${HEAP_LIMIT_MB} MB: ` +
      `floor ${fixed(bulkInsert.floorMs, 0)} ms, engine ${fixed(bulkInsert.engineMs, 0)} ms, **${fixed(bulkInsert.ratio, 2)}**; ` +
      `peaks of their processes ${megabytes(bulkInsert.floorPeakBytes)} and ${megabytes(bulkInsert.enginePeakBytes)}.`,
    '',
    `Planning a new three-level query: ${fixed(planning.medianMs, 3)} ms (the very first: ${fixed(planning.firstMs, 1)} ms).`,
    '',
    `Bundle: ${kilobytes(build.workerBytes)}, ${kilobytes(build.workerGzipBytes)} gzip; ` +
      `${kilobytes(build.startBytes)} of it are read at the start. ` +
      `Artifact: ${kilobytes(build.artifactBytes)}, of it for one role alone: ` +
      `${build.roles.map(({ role, tables, bytes }) => `${role} ${bytes} bytes (${tables} tables)`).join(', ')}.`,
    '',
    tableText(
      [
        'tables × 5 roles',
        'artifact',
        'of the role',
        'first answer',
        'empty Hono worker',
        '**difference**',
        'CPU',
        'of the empty',
        '**difference**',
      ],
      coldStarts.map((c) => [
        String(c.tables),
        kilobytes(c.artifactBytes),
        kilobytes(c.roleBytes),
        ...difference(c.engine.ms, c.empty.ms),
        ...difference(c.engine.cpuMs, c.empty.cpuMs),
      ]),
    ),
    '',
    'Authentication, time per request (and CPU time) over that with the admin secret:',
    '',
    tableText(
      ['credentials', ...auth.classes],
      auth.modes.map(({ title, ratios }) => [
        title,
        ...ratios.map(({ time, cpu }) => `**${fixed(time, 2)}** (${fixed(cpu, 2)})`),
      ]),
    ),
    '',
    `Live mode, with a heap of ${HEAP_LIMIT_MB} MB:`,
    '',
    tableText(
      [
        'tables × 5 roles',
        'document',
        'replace_metadata',
        'pg_track_table',
        `${AT_ONCE} changes at once`,
        'peak of the process',
      ],
      live.changes.map((change) => [
        String(change.tables),
        kilobytes(change.documentBytes),
        `${fixed(change.replaceMs, 0)} ms`,
        `${fixed(change.trackMs, 0)} ms`,
        `${fixed(change.atOnceMs, 0)} ms`,
        megabytes(change.peakBytes),
      ]),
    ),
    '',
    tableText(
      ['class', 'live / floor', 'bundled / floor', '**live / bundled**'],
      live.ratios.map((ratio) => [
        ratio.title,
        fixed(ratio.live, 2),
        fixed(ratio.bundled, 2),
        `**${fixed(ratio.liveToBundled, 2)}**`,
      ]),
    ),
  ].join('\n');
}

function difference(engine: number, empty: number): string[] {
  return [`${fixed(engine, 1)} ms`, `${fixed(empty, 1)} ms`, `**${fixed(engine - empty, 1)} ms**`];
}

function comparisonRow({ queryClass, connections, floor, engine, ratio }: Comparison): string[] {
  return [
    queryClass.title,
    String(connections),
    fixed(median(floor.requestsPerSecond), 0),
    fixed(median(engine.requestsPerSecond), 0),
    `**${fixed(ratio, 2)}**`,
    `${fixed(floor.p50Ms, 2)} / ${fixed(floor.p99Ms, 2)}`,
    `${fixed(engine.p50Ms, 2)} / ${fixed(engine.p99Ms, 2)}`,
    floor.cpuMs === undefined ? '–' : fixed(floor.cpuMs, 0),
    engine.cpuMs === undefined ? '–' : fixed(engine.cpuMs, 0),
  ];
}

/** A Markdown table with columns of even width. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join(
    '\n',
  );
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : `${fixed(bytes / 1e6, 0)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
