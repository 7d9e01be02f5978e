// The text of a client's message -> what it means, in the words of the socket's protocol.

import { HedgeError } from '../../error/hedge-error.ts';
import { jsonKind } from '../../error/json-kind.ts';
import type { GraphqlRequest } from '../../execute/engine.ts';
import { parseJson } from '../../util/exact-number.ts';
import { isObject } from '../../util/is-object.ts';
import type { ClientMessage, Protocol } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads `{query, operationName?, variables?}`. @throws HedgeError `parse-failed`. */
export type ReadRequest = (payload: unknown) => GraphqlRequest;

/** The protocol of a socket whose client offers these; undefined when it knows only others. */
export function chooseProtocol(offered: string | null): Protocol | undefined {
  const names = (offered ?? '').split(',').map((name) => name.trim());
  if (names.includes('graphql-transport-ws')) return 'graphql-transport-ws';
  return names.includes('graphql-ws') || offered === null || offered.trim() === '' ? 'graphql-ws' : undefined;
}

/** Reads a message; numbers in variables stay as they were written. Never throws. */
export function readMessage(protocol: Protocol, text: string, readRequest: ReadRequest): ClientMessage {
  try {
    return read(protocol, text, readRequest);
  } catch (error) {
    if (error instanceof RangeError) return invalid('Error in $: nested too deep');
    throw error;
  }
}

function read(protocol: Protocol, text: string, readRequest: ReadRequest): ClientMessage {
  let message: unknown;
  try {
    message = parseJson(text);
  } catch {
    return invalid('Error in $: Failed reading: not a valid json value');
  }
  if (!isObject(message)) return invalid(`Error in $: expected Object, but encountered ${jsonKind(message)}`);
  const { type } = message;
  if (typeof type !== 'string') return invalid('Error in $: key "type" not found');
  switch (type) {
    case 'connection_init':
      return { kind: 'init', headers: headersOf(message['payload']) };
    case protocol === 'graphql-transport-ws' ? 'subscribe' : 'start':
      return startOf(message, readRequest);
    case protocol === 'graphql-transport-ws' ? 'complete' : 'stop':
      return withId(message, (id) => ({ kind: 'stop', id }));
    case 'ping':
      if (protocol === 'graphql-ws') break;
      return { kind: 'ping', payload: 'payload' in message ? JSON.stringify(message['payload']) : undefined };
    case 'pong':
      if (protocol === 'graphql-ws') break;
      return { kind: 'pong' };
    case 'connection_terminate':
      if (protocol === 'graphql-transport-ws') break;
      return { kind: 'terminate' };
  }
  return invalid(`Error in $: unexpected type "${type.slice(0, 100)}"`);
}

function startOf(message: Fields, readRequest: ReadRequest): ClientMessage {
  return withId(message, (id) => {
    try {
      return { kind: 'start', id, request: readRequest(message['payload']) };
    } catch (error) {
      if (!(error instanceof HedgeError)) throw error;
      return { ...invalid(error.message), id };
    }
  });
}

function withId(message: Fields, make: (id: string) => ClientMessage): ClientMessage {
  const { id } = message;
  if (typeof id !== 'string') return invalid('Error in $: key "id" not found');
  return make(id);
}

/** Numbers and booleans are taken as they were written; other values are no headers. */
function headersOf(payload: unknown): ReadonlyMap<string, string> {
  const headers = isObject(payload) ? payload['headers'] : undefined;
  if (!isObject(headers)) return new Map();
  return new Map(
    Object.entries(headers).flatMap(([name, value]): [string, string][] => {
      const isValue = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return isValue ? [[name.toLowerCase(), String(value)]] : [];
    }),
  );
}

function invalid(reason: string): ClientMessage & { readonly kind: 'invalid' } {
  return { kind: 'invalid', reason };
}
