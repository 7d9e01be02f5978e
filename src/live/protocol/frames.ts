// What happens on a socket -> the frames that its protocol has for it.

import type { Frame, Protocol } from './types.ts';

/** The type of the frame that holds a result. */
const DATA_TYPE = { 'graphql-transport-ws': 'next', 'graphql-ws': 'data' } as const;

/** Close codes; those from 4400 on are of the protocols. */
export const CLOSE = {
  normal: 1000,
  tooBig: 1009,
  /** The service was changed: clients come back by themselves. */
  restart: 1012,
  badRequest: 4400,
  forbidden: 4403,
  initTimeout: 4408,
  tooManyInits: 4429,
  tooSlow: 1013,
} as const;

/** The connection is accepted. */
export function ackFrames(protocol: Protocol, keepAlive: boolean): readonly Frame[] {
  const ack = send('{"type":"connection_ack"}');
  return keepAlive && protocol === 'graphql-ws' ? [ack, ...keepAliveFrames(protocol)] : [ack];
}

/** What keeps a silent connection open. */
export function keepAliveFrames(protocol: Protocol): readonly Frame[] {
  return [
    send(protocol === 'graphql-ws' ? '{"type":"ka"}' : '{"type":"ping","payload":{"message":"keepalive"}}'),
  ];
}

/** The answer to a client's ping. */
export function pongFrames(payload: string | undefined): readonly Frame[] {
  return [send(payload === undefined ? '{"type":"pong"}' : `{"type":"pong","payload":${payload}}`)];
}

/** A result: `response` is the JSON text `{"data":…}` or `{"errors":…}`. */
export function dataFrames(protocol: Protocol, id: string, response: string): readonly Frame[] {
  return [send(`{"type":"${DATA_TYPE[protocol]}","id":${JSON.stringify(id)},"payload":${response}}`)];
}

/** An operation has ended. */
export function completeFrames(id: string): readonly Frame[] {
  return [send(`{"type":"complete","id":${JSON.stringify(id)}}`)];
}

/** An operation that cannot be run; `error` is the JSON text `{message, extensions}`. */
export function refusedFrames(protocol: Protocol, id: string, error: string): readonly Frame[] {
  const payload = protocol === 'graphql-ws' ? `{"errors":[${error}]}` : `[${error}]`;
  const frame = send(`{"type":"error","id":${JSON.stringify(id)},"payload":${payload}}`);
  return protocol === 'graphql-ws' ? [frame, ...completeFrames(id)] : [frame];
}

/** A query or mutation that failed while it ran. */
export function failedFrames(protocol: Protocol, id: string, error: string): readonly Frame[] {
  if (protocol === 'graphql-transport-ws') return refusedFrames(protocol, id, error);
  return [...dataFrames(protocol, id, `{"errors":[${error}]}`), ...completeFrames(id)];
}

/** The client did not say who it is, or nobody we know. `message` is for it to read. */
export function initFailedFrames(protocol: Protocol, message: string): readonly Frame[] {
  if (protocol === 'graphql-transport-ws') return [closeWith(CLOSE.forbidden, message)];
  const error = send(`{"type":"connection_error","payload":${JSON.stringify(message)}}`);
  return [error, closeWith(CLOSE.badRequest, message)];
}

/** A message that means nothing. */
export function invalidMessageFrames(protocol: Protocol, reason: string): readonly Frame[] {
  if (protocol === 'graphql-transport-ws') {
    return [closeWith(CLOSE.badRequest, `Parsing client message failed: ${reason}`)];
  }
  return [send(`{"type":"connection_error","payload":${JSON.stringify(reason)}}`)];
}

/** An operation that may not begin: before the connection was accepted, or under an id that is in use. */
export function startFailedFrames(protocol: Protocol, id: string, message: string): readonly Frame[] {
  const error = JSON.stringify({ message, extensions: { path: '$', code: 'start-failed' } });
  if (protocol === 'graphql-ws') return refusedFrames(protocol, id, error);
  return [...refusedFrames(protocol, id, error), closeWith(CLOSE.normal, message, CLOSE.badRequest)];
}

/** The client took too long to say who it is. */
export function initTimeoutFrames(): readonly Frame[] {
  return [{ kind: 'close', code: CLOSE.initTimeout, reason: 'Connection initialisation timed out' }];
}

/** Closes with a reason as Hasura writes it: `{"server_error_msg":"4400: …"}`, which names `told` where codes differ. */
export function closeWith(code: number, message: string, told: number = code): Frame {
  return { kind: 'close', code, reason: reasonText(`${told}: ${message}`) };
}

/** A close frame has room for 123 bytes of reason (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123;

function reasonText(message: string): string {
  const encoder = new TextEncoder();
  // A message may hold what a client sent, of any length.
  for (let length = Math.min(message.length, MAX_REASON_BYTES); ; length -= 1) {
    const text = JSON.stringify({ server_error_msg: message.slice(0, length) });
    if (encoder.encode(text).length <= MAX_REASON_BYTES) return text;
  }
}

function send(text: string): Frame {
  return { kind: 'send', text };
}
