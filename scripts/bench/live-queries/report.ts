// What was measured of engine and floor -> Markdown for people, as docs/performance.md shows it.

import { loadavg } from 'node:os';

import { machineKind, tableText } from '../report.ts';
import type { Measured } from './measure.ts';

const HEAD = [
  'sockets',
  'cohorts',
  'changes',
  'p50 / p99 ms',
  'floor p50 / p99 ms',
  'missed',
  'twice',
  'probes/s',
  'polls/s',
  'floor statements/s',
  'CPU',
  'floor CPU',
  '**CPU ratio**',
];

/** A row for each size and load; `loadBefore` is the machine's when the run began. */
export function reportText(measured: readonly Measured[], interval: number, loadBefore: number): string {
  const date = new Date().toISOString().slice(0, 10);
  const load = `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`;
  return [
    `Measured ${date} on ${machineKind()}, load ${load}; interval ${interval} ms.`,
    '',
    tableText(
      HEAD,
      measured
        .filter(({ target }) => target === 'engine')
        .map((engine) =>
          rowOf(
            engine,
            measured.find((other) => isFloorOf(other, engine)),
          ),
        ),
    ),
  ].join('\n');
}

function isFloorOf(floor: Measured, { size, load }: Measured): boolean {
  return floor.target === 'floor' && floor.size === size && floor.load === load;
}

function rowOf(engine: Measured, floor: Measured | undefined): string[] {
  const { size, load, latency } = engine;
  const ratio = (engine.cpuMsPerSecond ?? Number.NaN) / (floor?.cpuMsPerSecond ?? Number.NaN);
  return [
    String(size.sockets),
    String(size.cohorts),
    load.way === 'none' ? 'none' : `${load.perSecond}/s ${load.way}`,
    latencyText(engine),
    latencyText(floor),
    `${latency.missed} of ${latency.expected}`,
    String(latency.duplicates),
    engine.probesPerSecond.toFixed(1),
    engine.pollsPerSecond.toFixed(1),
    floor?.pollsPerSecond.toFixed(1) ?? '–',
    cpuText(engine),
    cpuText(floor),
    Number.isFinite(ratio) ? `**${ratio.toFixed(2)}**` : '–',
  ];
}

function latencyText(measured: Measured | undefined): string {
  if (!measured || measured.latency.expected === 0) return '–';
  const { p50Ms, p99Ms } = measured.latency;
  return `${p50Ms.toFixed(0)} / ${p99Ms.toFixed(0)}`;
}

/** Of one core. */
function cpuText(measured: Measured | undefined): string {
  return measured?.cpuMsPerSecond === undefined ? '–' : `${(measured.cpuMsPerSecond / 10).toFixed(1)} %`;
}
