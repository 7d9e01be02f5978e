// The headers of a socket and of its `connection_init` -> who is behind it.

import { SECRET_HEADERS } from '../../auth/session.ts';
import type { Session } from '../../auth/types.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import type { AppContext, WaitUntil } from '../../http/types.ts';
import { plainSession, sessionOfPlain } from './opening.ts';

/** Headers that tell where a request comes from: what a client writes into its payload must not. */
const OF_THE_NETWORK = /^(?:cf-.*|true-client-ip|x-real-ip|x-forwarded-.*|forwarded|via|host|origin)$/;

/**
 * The headers of a `connection_init` over those of the request that opened the socket.
 * @throws HedgeError `bad-request` for what cannot be a header.
 */
export function initHeaders(opened: Headers, given: ReadonlyMap<string, string>): Headers {
  const headers = new Headers(opened);
  for (const [name, value] of given) {
    if (OF_THE_NETWORK.test(name)) continue;
    try {
      headers.set(name, value);
    } catch {
      throw new HedgeError('bad-request', 'the payload holds a header that cannot be sent');
    }
  }
  return headers;
}

/** Who sends these headers. @throws HedgeError as `Authenticate`. */
export async function sessionOf(
  { authenticate }: Pick<AppContext, 'authenticate'>,
  headers: Headers,
  waitUntil: WaitUntil,
): Promise<Session> {
  // Read once: a session that reads its headers when asked would keep the secret among them.
  return sessionOfPlain(plainSession(await authenticate({ headers, waitUntil, reply: [] })));
}

/** What of the headers is needed later: all but the secrets of administrators. */
export function keptHeaders(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => !SECRET_HEADERS.has(name)));
}

/** Whether both may see the same. */
export function isSameSession(one: Session, other: Session): boolean {
  const text = ({ role, variables, trusted, backend }: Session): string =>
    JSON.stringify([role, [...variables].sort(([a], [b]) => (a < b ? -1 : 1)), trusted, backend]);
  return text(one) === text(other);
}
