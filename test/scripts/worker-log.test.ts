// Lines of the worker's log as `hedge dev` shows them on a terminal.

import { expect, it } from 'vitest';

import { byLine, readableLine } from '../../scripts/serve/worker-log.ts';

const HTTP = {
  http_info: { method: 'POST', url: '/v1/graphql', status: 200 },
  operation: { error: null, query: null, query_execution_time: 0.0032, user_vars: null },
};
const ERROR = { error: "field 'x' not found", code: 'validation-failed', path: '$.selectionSet.x' };

it.each([
  { detail: HTTP, text: 'POST /v1/graphql 200 in 3 ms' },
  {
    detail: {
      ...HTTP,
      operation: { ...HTTP.operation, query: { operationName: 'Q' }, user_vars: { 'x-hasura-role': 'user' } },
    },
    text: 'POST /v1/graphql 200 in 3 ms, user: Q',
  },
  {
    detail: { ...HTTP, operation: { ...HTTP.operation, error: ERROR } },
    text: "POST /v1/graphql 200 in 3 ms\n         validation-failed: field 'x' not found ($.selectionSet.x)",
  },
])('shows a request as $text', ({ detail, text }) => {
  const line = JSON.stringify({
    type: 'http-log',
    timestamp: '2026-01-02T03:04:05.678+0000',
    level: 'info',
    detail,
  });
  expect(readableLine(line)).toBe(`03:04:05 info http-log ${text}`);
});

it('shows the details of others', () => {
  const line =
    '{"type":"startup","timestamp":"2026-01-02T03:04:05.678+0000","level":"warn","detail":{"a":1}}';
  expect(readableLine(line)).toBe('03:04:05 warn startup {"a":1}');
});

it('puts lines together that come in pieces', () => {
  const lines: string[] = [];
  const write = byLine((line) => void lines.push(line));
  const bytes = Buffer.from('grün\nblau\nr');
  for (const byte of bytes) write(Buffer.from([byte]));
  expect(lines).toEqual(['grün', 'blau']);
});
