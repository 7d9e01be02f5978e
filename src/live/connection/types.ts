// What a connection object remembers of its sockets while it is awake.

import type { Session } from '../../auth/types.ts';
import type { GraphqlRequest } from '../../execute/engine.ts';
import type { Frame, Protocol } from '../protocol/types.ts';
import type { CohortInfo, GroupInfo } from '../types.ts';
import type { SocketApi } from './opening.ts';

/** One socket and who is behind it. */
export interface Client {
  readonly id: string;
  readonly socket: WebSocket;
  readonly protocol: Protocol;
  readonly api: SocketApi;
  /** Of the request that opened the socket, until it is known who asks; then those of the last `connection_init`, too. */
  headers: Headers;
  /** Null until it is known who asks. */
  session: Session | null;
  /** Ends the wait for `connection_init`. */
  initTimer: ReturnType<typeof setTimeout> | null;
  readonly operations: Map<string, Operation>;
  /** What came before is still being worked on: messages wait for it, in their order. */
  turn: Promise<void> | undefined;
  /** Characters of the messages that wait for it. */
  waiting: number;
  /** The last operation that may write: what came after it waits. */
  lastWrite: Promise<void> | undefined;
  readonly outbox: Outbox;
  isClosed: boolean;
}

/** An operation that has not ended. */
export interface Operation {
  readonly client: Client;
  readonly id: string;
  readonly request: GraphqlRequest;
  /** Of a subscription, once it is planned. */
  subscription: Subscription | undefined;
  /** Nobody wants to hear of it any more. */
  isStopped: boolean;
}

export interface Subscription {
  readonly cohort: Cohort;
  /** See `Subscribing`. */
  readonly streamId: string;
  /** Of the result that was sent last, where that is known; of an error the error. */
  hash: string | null;
  /** Whether anything was sent. */
  isTold: boolean;
}

/** Subscriptions that are answered by one row. */
export interface Cohort {
  readonly info: CohortInfo;
  readonly group: GroupInfo;
  /** The name of the poller object that is asked. */
  readonly poller: string;
  /** Of a stream: where it is now. */
  cursor: readonly (string | null)[] | null;
  readonly members: Set<Operation>;
  /** Of a stream whose reader is slow: the poller is not asked for more. */
  isPaused: boolean;
}

/** What the subscriptions of an object were planned with: the digest of the artifact; null where there are none. */
export interface Planned {
  version: string | null;
}

/** What a socket was sent and what waits for it. */
export interface Outbox {
  /** Characters that the client did not confirm. */
  unconfirmed: number;
  /** Characters that were sent before the ping which the client has not answered; null: there is none. */
  asked: number | null;
  /** In their order, while the client is too far behind. */
  readonly held: HeldFrames[];
  heldSize: number;
  /** Closes the socket if the client stays behind. */
  timer: ReturnType<typeof setTimeout> | null;
}

export interface HeldFrames {
  readonly operation: Operation;
  /** Newer ones take its place: of live queries, where only the newest result counts. */
  readonly isReplaced: boolean;
  readonly frames: readonly Frame[];
}
