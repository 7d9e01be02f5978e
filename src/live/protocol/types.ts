// What travels over a socket, whichever of the two protocols it speaks.

import type { GraphqlRequest } from '../../execute/engine.ts';

/**
 * `graphql-transport-ws`: github.com/enisdenjo/graphql-ws. `graphql-ws`: the older one of Apollo's
 * subscriptions-transport-ws, which is also meant where a client names none.
 */
export type Protocol = 'graphql-transport-ws' | 'graphql-ws';

/** A message of a client. */
export type ClientMessage =
  /** `headers` of its payload, lower-case names; everything else of it means nothing. */
  | { readonly kind: 'init'; readonly headers: ReadonlyMap<string, string> }
  | { readonly kind: 'start'; readonly id: string; readonly request: GraphqlRequest }
  | { readonly kind: 'stop'; readonly id: string }
  /** `payload` is JSON text, or undefined. */
  | { readonly kind: 'ping'; readonly payload: string | undefined }
  | { readonly kind: 'pong' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'invalid'; readonly reason: string; readonly id?: string | undefined };

/** What a socket is told: a text to send, or a code and reason to close it with. */
export type Frame =
  | { readonly kind: 'send'; readonly text: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };
