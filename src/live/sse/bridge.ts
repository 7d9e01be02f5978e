// A socket of a connection object, whose session is known already -> the events of the one subscription it is for. What the
// client has not read stays here, and the object hears of it as of any slow reader.
//
//   open --complete, error--> ended
//   open --the socket closes--> broken: the client is to come again
//   open --the client leaves--> the socket is closed

import type { GraphqlRequest } from '../../execute/engine.ts';
import { completeFrames, dataFrames, refusedFrames } from '../protocol/frames.ts';
import type { Frame, Protocol } from '../protocol/types.ts';
import { COMMENT, COMPLETE_EVENT, nextEvent } from './events.ts';

/** Of the socket inside. */
export const BRIDGE_PROTOCOL: Protocol = 'graphql-transport-ws';

const ID = '1';

// A payload is cut out of its frame and not parsed: it may be large, and hold numbers that JavaScript has not.
const NEXT = opening(dataFrames(BRIDGE_PROTOCOL, ID, ''));
const ERROR = opening(refusedFrames(BRIDGE_PROTOCOL, ID, '')).slice(0, -'[]'.length);
const COMPLETE = textOf(completeFrames(ID));

/** Proxies end what is silent for a minute. The runtime finds out that a client left when it writes. */
const COMMENT_MS = 15_000;

/** A socket of the Workers runtime, which begins when it is told to. */
export interface InnerSocket extends WebSocket {
  accept(): void;
}

/** Subscribes over the socket. */
export function subscriptionEvents(socket: InnerSocket, request: GraphqlRequest): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let owesPong = false;
  let isOver = false;
  let timer: ReturnType<typeof setInterval>;
  const leave = (): void => {
    isOver = true;
    clearInterval(timer);
    close(socket);
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => controller.enqueue(encoder.encode(text));
      const end = (): void => {
        write(COMPLETE_EVENT);
        controller.close();
        leave();
      };
      socket.addEventListener('message', ({ data }) => {
        if (isOver || typeof data !== 'string') return;
        if (data.startsWith(NEXT)) write(nextEvent(data.slice(NEXT.length, -1)));
        else if (data === COMPLETE) end();
        else if (data.startsWith(ERROR)) {
          write(nextEvent(`{"errors":${data.slice(ERROR.length, -1)}}`));
          end();
        } else if (data.startsWith('{"type":"ping"')) {
          owesPong = true;
          write(COMMENT);
        }
      });
      // A stream that ended would be complete; one that breaks is begun anew.
      const lose = (): void => {
        if (isOver) return;
        leave();
        controller.error(new Error('the subscription was interrupted'));
      };
      socket.addEventListener('close', lose);
      socket.addEventListener('error', lose);
      socket.accept();
      socket.send(JSON.stringify({ id: ID, type: 'subscribe', payload: request }));
      // Has the head of the answer sent.
      write(COMMENT);
      // Not behind results that wait: they would pile up behind a client that does not read.
      timer = setInterval(() => (controller.desiredSize ?? 0) > 0 && write(COMMENT), COMMENT_MS);
    },
    pull() {
      // Everything was handed on.
      if (!owesPong || isOver) return;
      owesPong = false;
      socket.send('{"type":"pong"}');
    },
    cancel: leave,
  });
}

function close(socket: Pick<WebSocket, 'close'>): void {
  try {
    socket.close(1000);
  } catch {
    // It was not open any more.
  }
}

/** What a frame begins with, up to its payload. */
function opening(frames: readonly Frame[]): string {
  return textOf(frames).slice(0, -1);
}

function textOf([frame]: readonly Frame[]): string {
  return frame?.kind === 'send' ? frame.text : '';
}
