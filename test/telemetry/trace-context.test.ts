// Headers of a request -> its trace; what is malformed counts as not there.

import { expect, test } from 'vitest';

import { setTrace, traceContextJson, traceContextOf } from '../../src/telemetry/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const W3C = `00-${TRACE}-${SPAN}-01`;
const NEW = { parentId: null, sampled: null };

test.each<[string, Record<string, string>, Record<string, unknown>]>([
  ['a traceparent', { traceparent: W3C }, { traceId: TRACE, parentId: SPAN, sampled: true }],
  ['one that is not sampled', { traceparent: `00-${TRACE}-${SPAN}-00` }, { traceId: TRACE, sampled: false }],
  [
    'one of a later version',
    { traceparent: `01-${TRACE}-${SPAN}-03-more` },
    { traceId: TRACE, sampled: true },
  ],
  [
    'B3',
    { 'x-b3-traceid': TRACE.toUpperCase(), 'x-b3-spanid': SPAN },
    { traceId: TRACE, parentId: SPAN, sampled: null },
  ],
  [
    'B3 without a span',
    { 'x-b3-traceid': TRACE, 'x-b3-sampled': '1' },
    { traceId: TRACE, parentId: null, sampled: true },
  ],
  [
    'B3 of 64 bits',
    { 'x-b3-traceid': SPAN, 'x-b3-sampled': '0' },
    { traceId: `0000000000000000${SPAN}`, sampled: false },
  ],
  [
    'B3 before a traceparent',
    { 'x-b3-traceid': SPAN, traceparent: W3C },
    { traceId: `0000000000000000${SPAN}` },
  ],
  ['a traceparent beside malformed B3', { 'x-b3-traceid': 'x', traceparent: W3C }, { traceId: TRACE }],
])('%s', (_, headers, expected) => {
  const context = traceContextOf(new Headers(headers));
  expect(context).toMatchObject(expected);
  expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(context.spanId).not.toBe(SPAN);
});

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['another form', { traceparent: TRACE }],
  ['more members than the version has', { traceparent: `${W3C}-x` }],
  ['a version that cannot be', { traceparent: `ff-${TRACE}-${SPAN}-01` }],
  ['an id of zeros', { traceparent: `00-${'0'.repeat(32)}-${SPAN}-01` }],
  ['an id of another length', { 'x-b3-traceid': `${SPAN}00` }],
  ['SQL', { 'x-b3-traceid': "'; drop table x; --             " }],
])('%s begins a trace', (_, headers) => {
  const [one, two] = [traceContextOf(new Headers(headers)), traceContextOf(undefined)];
  expect(one).toMatchObject(NEW);
  expect(one.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(one.traceId).not.toBe(two.traceId);
});

test('is told to triggers as Hasura tells it', () => {
  const context = { traceId: TRACE, spanId: SPAN, parentId: null, sampled: null };
  expect(traceContextJson(context)).toBe(`{"trace_id":"${TRACE}","span_id":"${SPAN}"}`);
  expect(JSON.parse(traceContextJson({ ...context, sampled: true }))).toMatchObject({ sampling_state: '1' });
  expect(JSON.parse(traceContextJson({ ...context, sampled: false }))).toMatchObject({ sampling_state: '0' });
});

test('leaves nothing of the client’s in the headers of a call', () => {
  const headers = new Headers({
    'x-b3-parentspanid': 'theirs',
    'x-b3-sampled': '1',
    traceparent: 'theirs',
    tracestate: 'theirs',
  });
  setTrace(headers, { traceId: TRACE, spanId: SPAN, parentId: null, sampled: null });
  expect([...headers]).toEqual([
    ['traceparent', `00-${TRACE}-${SPAN}-00`],
    ['x-b3-spanid', SPAN],
    ['x-b3-traceid', TRACE],
  ]);
});
