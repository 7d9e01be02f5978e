// Frames -> a socket, as fast as its client reads them. The runtime does not tell how much of what was sent is still on its
// way, so the newer protocol's ping is put behind what was sent: its answer says that everything before it was read.
// Clients of the older protocol have no such answer, and are sent everything.
//
//   open --too much without an answer--> held --answer--> open
//   held --no answer for 30 seconds, or too much waits--> closed (1013)

import { CLOSE, closeWith } from '../protocol/frames.ts';
import type { Frame } from '../protocol/types.ts';
import type { Client, HeldFrames, Outbox } from './types.ts';

/** Characters after which the client is asked how far it is. */
const ASK_AFTER = 256 * 1024;
/** Characters without an answer, from which on frames wait. */
const HOLD_AFTER = 1024 * 1024;
/** Characters that may wait. */
const MAX_HELD = 8 * 1024 * 1024;
const MAX_HELD_MS = 30_000;

const ASK = '{"type":"ping","payload":{"message":"flow"}}';

/** Told of a client that fell behind, of one that caught up, and of what it is to be closed with. */
export interface OutboxEvents {
  readonly onHeld: (client: Client) => void;
  readonly onReleased: (client: Client) => void;
  readonly onTooSlow: (client: Client, frame: Frame) => void;
}

export function newOutbox(): Outbox {
  return { unconfirmed: 0, asked: null, held: [], heldSize: 0, timer: null };
}

/** Whether frames wait for the client. */
export function isHeld({ outbox }: Client): boolean {
  return outbox.timer !== null;
}

/** Sends what an operation has to tell, or keeps it for later. */
export function post(client: Client, held: HeldFrames, events: OutboxEvents): void {
  const { outbox, isClosed } = client;
  if (isClosed) return;
  if (!isHeld(client)) {
    transmit(client, held.frames, events);
    return;
  }
  if (held.isReplaced) {
    const before = outbox.held.findIndex((other) => other.isReplaced && other.operation === held.operation);
    if (before >= 0) {
      const [old] = outbox.held.splice(before, 1, held);
      outbox.heldSize += sizeOf(held.frames) - sizeOf(old?.frames ?? []);
      return;
    }
  }
  outbox.held.push(held);
  outbox.heldSize += sizeOf(held.frames);
  if (outbox.heldSize > MAX_HELD) tooSlow(client, events);
}

/** The client has read what was sent before the ping it answers. */
export function confirm(client: Client, events: OutboxEvents): void {
  const { outbox } = client;
  if (outbox.asked === null) return;
  outbox.unconfirmed -= outbox.asked;
  outbox.asked = null;
  if (!isHeld(client)) return;
  clearTimeout(outbox.timer);
  outbox.timer = null;
  const waiting = outbox.held.splice(0);
  outbox.heldSize = 0;
  for (const held of waiting) if (!held.operation.isStopped) post(client, held, events);
  if (!isHeld(client)) events.onReleased(client);
}

/** Drops what waits. */
export function emptyOutbox({ outbox }: Client): void {
  clearTimeout(outbox.timer);
  outbox.timer = null;
  outbox.held.length = 0;
}

/** Sends frames at once, whatever waits. */
export function sendNow({ socket }: Client, frames: readonly Frame[]): void {
  for (const frame of frames) {
    try {
      if (frame.kind === 'send') socket.send(frame.text);
      else socket.close(frame.code, frame.reason);
    } catch {
      // It is closing already, and its end is on the way to us.
      return;
    }
  }
}

function transmit(client: Client, frames: readonly Frame[], events: OutboxEvents): void {
  const { outbox, protocol } = client;
  sendNow(client, frames);
  if (protocol === 'graphql-ws') return;
  outbox.unconfirmed += sizeOf(frames);
  if (outbox.unconfirmed < ASK_AFTER) return;
  if (outbox.asked === null) {
    outbox.asked = outbox.unconfirmed;
    sendNow(client, [{ kind: 'send', text: ASK }]);
  }
  if (outbox.unconfirmed < HOLD_AFTER) return;
  outbox.timer = setTimeout(() => tooSlow(client, events), MAX_HELD_MS);
  events.onHeld(client);
}

function tooSlow(client: Client, events: OutboxEvents): void {
  events.onTooSlow(client, closeWith(CLOSE.tooSlow, 'the client reads too slowly'));
}

function sizeOf(frames: readonly Frame[]): number {
  return frames.reduce((size, frame) => size + (frame.kind === 'send' ? frame.text.length : 0), 0);
}
