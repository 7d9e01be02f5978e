// Messages and frames of the two protocols, word by word.

import { describe, expect, it } from 'vitest';

import { readGraphqlRequest } from '../../src/http/graphql-body.ts';
import {
  ackFrames,
  closeWith,
  dataFrames,
  failedFrames,
  initFailedFrames,
  initTimeoutFrames,
  invalidMessageFrames,
  keepAliveFrames,
  pongFrames,
  refusedFrames,
  startFailedFrames,
} from '../../src/live/protocol/frames.ts';
import { chooseProtocol, readMessage } from '../../src/live/protocol/read.ts';
import type { ClientMessage, Frame, Protocol } from '../../src/live/protocol/types.ts';

const NEW: Protocol = 'graphql-transport-ws';
const OLD: Protocol = 'graphql-ws';

describe('the protocol', () => {
  it.each([
    ['graphql-transport-ws', NEW],
    ['graphql-ws, graphql-transport-ws', NEW],
    ['graphql-ws', OLD],
    [null, OLD],
    ['', OLD],
    ['mqtt', undefined],
  ])('for %j is %s', (offered, protocol) => {
    expect(chooseProtocol(offered)).toBe(protocol);
  });
});

const read = (protocol: Protocol, text: string): ClientMessage =>
  readMessage(protocol, text, (payload) => readGraphqlRequest(payload));

describe('a message', () => {
  const request = { query: '{ a }', operationName: undefined, variables: { n: 1 } };
  const payload = '{"query":"{ a }","variables":{"n":1}}';

  it.each<[Protocol, string, ClientMessage]>([
    [NEW, '{"type":"connection_init"}', { kind: 'init', headers: new Map() }],
    [
      OLD,
      '{"type":"connection_init","payload":{"headers":{"X-Hasura-Role":"user","x-hasura-user-id":7,"o":{}}}}',
      {
        kind: 'init',
        headers: new Map([
          ['x-hasura-role', 'user'],
          ['x-hasura-user-id', '7'],
        ]),
      },
    ],
    // Headers that stand beside `headers` are none, as in Hasura.
    [
      NEW,
      '{"type":"connection_init","payload":{"x-hasura-role":"admin"}}',
      { kind: 'init', headers: new Map() },
    ],
    [NEW, `{"type":"subscribe","id":"1","payload":${payload}}`, { kind: 'start', id: '1', request }],
    [OLD, `{"type":"start","id":"1","payload":${payload}}`, { kind: 'start', id: '1', request }],
    [NEW, '{"type":"complete","id":"1"}', { kind: 'stop', id: '1' }],
    [OLD, '{"type":"stop","id":"1"}', { kind: 'stop', id: '1' }],
    [NEW, '{"type":"ping"}', { kind: 'ping', payload: undefined }],
    [NEW, '{"type":"ping","payload":{"a":1}}', { kind: 'ping', payload: '{"a":1}' }],
    [NEW, '{"type":"pong"}', { kind: 'pong' }],
    [OLD, '{"type":"connection_terminate"}', { kind: 'terminate' }],
  ])('of %s: %s', (protocol, text, message) => {
    expect(read(protocol, text)).toEqual(message);
  });

  it.each<[Protocol, string, string]>([
    [NEW, 'x', 'Error in $: Failed reading: not a valid json value'],
    [NEW, '[]', 'Error in $: expected Object, but encountered Array'],
    [NEW, '{}', 'Error in $: key "type" not found'],
    [NEW, '{"type":"start","id":"1"}', 'Error in $: unexpected type "start"'],
    [OLD, '{"type":"subscribe","id":"1"}', 'Error in $: unexpected type "subscribe"'],
    [OLD, '{"type":"ping"}', 'Error in $: unexpected type "ping"'],
    [OLD, '{"type":"stop"}', 'Error in $: key "id" not found'],
    [NEW, '{"type":"subscribe","id":1,"payload":{}}', 'Error in $: key "id" not found'],
    [NEW, '{"type":"subscribe","id":"1","payload":{}}', 'key "query" not found'],
    [NEW, '{"type":"connection_terminate"}', 'Error in $: unexpected type "connection_terminate"'],
  ])('of %s means nothing: %s', (protocol, text, reason) => {
    expect(read(protocol, text)).toMatchObject({ kind: 'invalid', reason });
  });

  it.each([
    ['ping', '"payload"'],
    ['connection_init', '"payload"'],
  ])('%s that nests without end means something or nothing, and does not throw', (type, key) => {
    const deep = '['.repeat(300_000) + ']'.repeat(300_000);
    expect(() => read(NEW, `{"type":"${type}",${key}:${deep}}`)).not.toThrow();
  });

  it('keeps numbers as they were written', () => {
    const message = read(
      NEW,
      '{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":{"n":12345678901234567890}}}',
    );
    expect(JSON.stringify(message)).toContain('12345678901234567890');
  });
});

it('a reason is short, and found fast, whatever it quotes', () => {
  const [, frame] = startFailedFrames(
    NEW,
    '1',
    `an operation already exists with this id: ${'é'.repeat(1_000_000)}`,
  );
  expect(frame?.kind === 'close' && new TextEncoder().encode(frame.reason).length).toBeLessThanOrEqual(123);
}, 2000);

const text = (frames: readonly Frame[]): readonly string[] =>
  frames.map((frame) => (frame.kind === 'send' ? frame.text : `close ${frame.code} ${frame.reason}`));

describe('frames', () => {
  const error = '{"message":"no","extensions":{"path":"$","code":"validation-failed"}}';
  const startFailed =
    '{"message":"an operation already exists with this id: 1","extensions":{"path":"$","code":"start-failed"}}';
  const inUse = 'an operation already exists with this id: 1';

  it.each<[string, readonly Frame[], readonly string[]]>([
    ['an acknowledgement', ackFrames(NEW, true), ['{"type":"connection_ack"}']],
    ['an older acknowledgement', ackFrames(OLD, true), ['{"type":"connection_ack"}', '{"type":"ka"}']],
    ['one without keep-alive', ackFrames(OLD, false), ['{"type":"connection_ack"}']],
    ['keep-alive', keepAliveFrames(NEW), ['{"type":"ping","payload":{"message":"keepalive"}}']],
    ['pong', pongFrames('{"a":1}'), ['{"type":"pong","payload":{"a":1}}']],
    [
      'a result',
      dataFrames(NEW, 'a"b', '{"data":{}}'),
      ['{"type":"next","id":"a\\"b","payload":{"data":{}}}'],
    ],
    [
      'an older result',
      dataFrames(OLD, '1', '{"data":{}}'),
      ['{"type":"data","id":"1","payload":{"data":{}}}'],
    ],
    ['a refusal', refusedFrames(NEW, '1', error), [`{"type":"error","id":"1","payload":[${error}]}`]],
    [
      'an older refusal',
      refusedFrames(OLD, '1', error),
      [`{"type":"error","id":"1","payload":{"errors":[${error}]}}`, '{"type":"complete","id":"1"}'],
    ],
    ['a failure', failedFrames(NEW, '1', error), [`{"type":"error","id":"1","payload":[${error}]}`]],
    [
      'an older failure',
      failedFrames(OLD, '1', error),
      [`{"type":"data","id":"1","payload":{"errors":[${error}]}}`, '{"type":"complete","id":"1"}'],
    ],
    ['a refused client', initFailedFrames(NEW, 'who?'), ['close 4403 {"server_error_msg":"4403: who?"}']],
    [
      'an older refused client',
      initFailedFrames(OLD, 'who?'),
      ['{"type":"connection_error","payload":"who?"}', 'close 4400 {"server_error_msg":"4400: who?"}'],
    ],
    [
      'a message without meaning',
      invalidMessageFrames(NEW, 'no'),
      ['close 4400 {"server_error_msg":"4400: Parsing client message failed: no"}'],
    ],
    ['an older one', invalidMessageFrames(OLD, 'no'), ['{"type":"connection_error","payload":"no"}']],
    [
      'an id in use',
      startFailedFrames(NEW, '1', inUse),
      [
        `{"type":"error","id":"1","payload":[${startFailed}]}`,
        `close 1000 {"server_error_msg":"4400: ${inUse}"}`,
      ],
    ],
    [
      'an older id in use',
      startFailedFrames(OLD, '1', inUse),
      [`{"type":"error","id":"1","payload":{"errors":[${startFailed}]}}`, '{"type":"complete","id":"1"}'],
    ],
    ['no init', initTimeoutFrames(), ['close 4408 Connection initialisation timed out']],
  ])('of %s', (_, frames, expected) => {
    expect(text(frames)).toEqual(expected);
  });

  it.each(['x'.repeat(500), 'ü"\\'.repeat(100), '😀'.repeat(100)])('of a long reason fit: %s', (message) => {
    const frame = closeWith(4400, message);
    if (frame.kind !== 'close') throw new Error('not a close');
    expect(new TextEncoder().encode(frame.reason).length).toBeLessThanOrEqual(123);
    expect(new TextEncoder().encode(frame.reason).length).toBeGreaterThan(115);
    expect(() => JSON.parse(frame.reason) as unknown).not.toThrow();
  });
});
