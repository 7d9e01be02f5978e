// A request to open a WebSocket -> a connection object that holds the socket, one of those of the client's Cloudflare
// location.

import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { SocketApi } from '../live/connection/opening.ts';
import { openingHeaders, openingRequest } from '../live/connection/opening.ts';
import { chooseProtocol } from '../live/protocol/read.ts';
import type { InnerSocket } from '../live/sse/bridge.ts';
import { isNamed } from './cors.ts';
import { clientErrorOf, errorResponse } from './respond.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** Whether the request asks for a WebSocket. */
export function isUpgrade({ method, headers }: Request): boolean {
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket';
}

/** Opens a socket for an API. Who asks is found out over it. */
export function socketHandler(context: AppContext, api: SocketApi): Handler {
  return async (exchange) => {
    try {
      return await open(context, exchange, api);
    } catch (error) {
      return errorResponse(clientErrorOf(error, exchange, context.log), exchange);
    }
  };
}

async function open(context: AppContext, { request }: Exchange, api: SocketApi): Promise<Response> {
  const { config } = context;
  const offered = request.headers.get('sec-websocket-protocol');
  const protocol = chooseProtocol(offered);
  if (!protocol)
    throw new HedgeError(
      'bad-request',
      'none of the offered subprotocols is known here: graphql-transport-ws, graphql-ws',
    );
  const headers = openingHeaders(withoutForeignCookies(request.headers, request.url, config));
  const socket = await socketOf(context, openingRequest({ protocol, api, headers, session: null }), request);
  const init = {
    status: 101,
    webSocket: socket,
    ...(offered === null || offered.trim() === '' ? {} : { headers: { 'sec-websocket-protocol': protocol } }),
  };
  return new Response(null, init);
}

/** The socket of an object that has room. @throws HedgeError `unexpected` where none has. */
export async function socketOf(
  { connections, config }: Pick<AppContext, 'connections' | 'config'>,
  opening: Request,
  client: Request,
): Promise<InnerSocket> {
  if (!connections)
    throw new HedgeError('invalid-configuration', 'this service cannot hold sockets', {
      status: 500,
      internal: 'the Durable Object binding CONNECTIONS or POLLERS is missing: see wrangler.toml',
    });
  const { shards } = config.sockets;
  const first = Math.floor(Math.random() * shards);
  for (let n = 0; n < shards; n += 1) {
    const name = `${locationOf(client)}:${(first + n) % shards}`;
    const { webSocket } = (await connections(name).fetch(opening.clone())) as WithSocket;
    if (webSocket) return webSocket;
  }
  throw new HedgeError('unexpected', 'there is no room for another socket', { status: 503 });
}

/** A response of the Workers runtime. */
interface WithSocket {
  readonly webSocket?: InnerSocket | null;
}

/** The Cloudflare location that a client came to; the local runtime has none. */
function locationOf(request: Request): string {
  const { cf } = request as { readonly cf?: { readonly colo?: unknown } };
  return typeof cf?.colo === 'string' ? cf.colo : 'local';
}

/**
 * Browsers send cookies along with a socket that any page opens, and ask nobody first. Where CORS names the pages that may
 * come, others are refused; where it names none, cookies count for pages of this host only.
 * @throws HedgeError `access-denied`, status 403.
 */
function withoutForeignCookies(
  headers: Headers,
  url: string,
  { cors, sockets }: Pick<Config, 'cors' | 'sockets'>,
): Headers {
  const origin = headers.get('origin');
  if (origin === null) return headers;
  if (cors.kind === 'domains') {
    if (isNamed(cors, origin) || isOwn(origin, url)) return headers;
    throw new HedgeError('access-denied', 'received origin header does not match configured CORS domains', {
      status: 403,
    });
  }
  const counts = cors.kind === 'disabled' ? sockets.readCookie : isOwn(origin, url);
  if (counts) return headers;
  const rest = new Headers(headers);
  rest.delete('cookie');
  return rest;
}

function isOwn(origin: string, url: string): boolean {
  return URL.parse(origin)?.host === new URL(url).host;
}
