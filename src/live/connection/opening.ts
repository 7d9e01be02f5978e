// A request to open a socket -> the request that its connection object is sent, and back. Nothing of the client's own
// request goes there as it is: the object takes the session in it for granted.

import type { Session } from '../../auth/types.ts';
import type { Protocol } from '../protocol/types.ts';

/** The API that a socket was opened for. */
export type SocketApi = 'graphql' | 'relay';

/** What a connection object is told of a new socket. */
export interface Opening {
  readonly protocol: Protocol;
  readonly api: SocketApi;
  /** Of the request that opens it, without those of the handshake. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of who is known already, and need not say who it is. */
  readonly session: PlainSession | null;
}

/** A session as JSON. */
export interface PlainSession extends Omit<Session, 'variables'> {
  readonly variables: readonly (readonly [name: string, value: string])[];
}

const HEADER = 'hedge-opening';

/** Headers of the handshake, which belong to the connection and not to who asks. */
const HANDSHAKE = /^(?:sec-websocket-.*|upgrade|connection)$/;

/** The headers of a request that count later. */
export function openingHeaders(headers: Headers): readonly (readonly [string, string])[] {
  return [...headers].filter(([name]) => !HANDSHAKE.test(name));
}

/** For `fetch` of the object, which answers with 101 and the socket, or 503 where it has too many. */
export function openingRequest(opening: Opening): Request {
  return new Request('https://connections/', {
    headers: { upgrade: 'websocket', [HEADER]: encodeURIComponent(JSON.stringify(opening)) },
  });
}

/** What `openingRequest` was given. */
export function readOpening({ headers }: Request): Opening {
  return JSON.parse(decodeURIComponent(headers.get(HEADER) ?? '')) as Opening;
}

export function plainSession({ role, variables, trusted, backend, expiresAt }: Session): PlainSession {
  return { role, variables: [...variables], trusted, backend, expiresAt };
}

export function sessionOfPlain({ variables, ...rest }: PlainSession): Session {
  return { ...rest, variables: new Map(variables) };
}
