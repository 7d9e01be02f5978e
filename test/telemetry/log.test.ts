// Which entries become lines, and how a line looks.

import { expect, it } from 'vitest';

import type { LogConfig, LogEntry, LogLevel } from '../../src/telemetry/log.ts';
import { createLog } from '../../src/telemetry/log.ts';

function linesOf(config: Partial<LogConfig>, entries: readonly LogEntry[]): [LogLevel, string][] {
  const lines: [LogLevel, string][] = [];
  const log = createLog({
    types: new Set(['http-log']),
    level: 'info',
    ...config,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    redact: (line) => line.replaceAll('canary', '***'),
    write: (level, line) => void lines.push([level, line]),
  });
  for (const entry of entries) log(entry);
  return lines;
}

it('is one line of JSON in Hasura’s form, redacted', () => {
  const detail = { text: 'a\nb canary' };
  expect(linesOf({}, [{ type: 'http-log', level: 'info', detail }])).toEqual([
    [
      'info',
      '{"type":"http-log","timestamp":"2026-01-02T03:04:05.678+0000","level":"info","detail":{"text":"a\\nb ***"}}',
    ],
  ]);
});

it('is written without details that cannot be', () => {
  const detail: Record<string, unknown> = {};
  detail['detail'] = detail;
  const [line] = linesOf({}, [{ type: 'http-log', level: 'info', detail }]);
  expect(JSON.parse(line?.[1] ?? '')).toMatchObject({
    type: 'http-log',
    detail: { message: expect.stringContaining('cannot be written') as string },
  });
});

it.each<{ name: string; config: Partial<LogConfig>; entry: Omit<LogEntry, 'detail'>; written: boolean }>([
  { name: 'a wanted type', config: {}, entry: { type: 'http-log', level: 'info' }, written: true },
  { name: 'another type', config: {}, entry: { type: 'query-log', level: 'error' }, written: false },
  { name: 'one that always is', config: {}, entry: { type: 'unstructured', level: 'error' }, written: true },
  { name: 'too low a level', config: {}, entry: { type: 'http-log', level: 'debug' }, written: false },
  { name: 'debug', config: { level: 'debug' }, entry: { type: 'http-log', level: 'debug' }, written: true },
  {
    name: 'info at warn',
    config: { level: 'warn' },
    entry: { type: 'http-log', level: 'info' },
    written: false,
  },
  {
    name: 'error at warn',
    config: { level: 'warn' },
    entry: { type: 'http-log', level: 'error' },
    written: true,
  },
])('$name: $written', ({ config, entry, written }) => {
  expect(linesOf(config, [{ ...entry, detail: {} }]).length).toBe(written ? 1 : 0);
});
