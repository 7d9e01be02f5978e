// The Accept header of a request -> answered as a stream of events where that is what it asks for, as always elsewhere.

import type { SocketApi } from '../live/connection/opening.ts';
import type { AppContext, Handler } from './types.ts';

const EVENT_STREAM = 'text/event-stream';
/** Who takes JSON, too, is given that: clients that send all types with all they ask. */
const JSON_TOO = /application\/|\*\/\*/;

/** `handler`, unless events are asked for. */
export function orEvents(context: AppContext, api: SocketApi, handler: Handler): Handler {
  return async (exchange) => {
    const accept = exchange.request.headers.get('accept');
    if (!accept?.includes(EVENT_STREAM) || JSON_TOO.test(accept)) return await handler(exchange);
    const { answerWithEvents } = await import('./sse.ts');
    return await answerWithEvents(context, api, exchange);
  };
}
