// The Accept header of a request -> answered as a stream of events where that is what it asks for, as always elsewhere.

import type { SocketApi } from '../live/connection/opening.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

const EVENT_STREAM = 'text/event-stream';
/** Who takes JSON, too, is given that: clients that send all types with all they ask. */
const JSON_TOO = /application\/|\*\/\*/;

/** `handler`, unless events are asked for. */
export function orEvents(context: AppContext, api: SocketApi, handler: Handler): Handler {
  return (exchange) => (asksForEvents(exchange.request) ? events(context, api, exchange) : handler(exchange));
}

function asksForEvents({ method, headers }: Request): boolean {
  const accept = headers.get('accept');
  // Nobody reads the stream of a HEAD.
  return accept !== null && accept.includes(EVENT_STREAM) && !JSON_TOO.test(accept) && method !== 'HEAD';
}

async function events(context: AppContext, api: SocketApi, exchange: Exchange): Promise<Response> {
  const { answerWithEvents } = await import('./sse.ts');
  return await answerWithEvents(context, api, exchange);
}
