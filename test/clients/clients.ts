// Clients that applications use, each behind the same few functions, so that one table of tests drives them all.

import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { cacheExchange, createClient as createUrql, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import type { SubscribePayload } from 'graphql-ws';
import { createClient as createWs } from 'graphql-ws';
import relay from 'relay-runtime';
import { SubscriptionClient } from 'subscriptions-transport-ws';

export interface Result {
  readonly data?: unknown;
}

export interface Sink {
  next(this: void, result: Result): void;
  /** What the client made of errors: their messages. */
  error(this: void, message: string): void;
  complete(this: void): void;
}

export interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

export interface Client {
  /** A query, a mutation or a subscription; the function ends it. */
  subscribe(operation: Operation, sink: Sink): () => void;
  dispose(): void;
}

export interface ClientKind {
  readonly name: string;
  readonly api: 'graphql' | 'relay';
  /** Comes back by itself after the service was away. */
  readonly reconnects: boolean;
  create(this: void, url: string, headers: Readonly<Record<string, string>>): Client;
}

/** Milliseconds before a client tries again: theirs are seconds. */
const RETRY_MS = 50;

const wsUrl = (url: string, path: string): string => url.replace(/^http/, 'ws') + path;

function wsClient(url: string, headers: Readonly<Record<string, string>>, path = '/v1/graphql') {
  return createWs({
    url: wsUrl(url, path),
    connectionParams: { headers },
    retryAttempts: 100,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
    // A connection that breaks off is an error to it, and by default the end.
    shouldRetry: () => true,
  });
}

const CLIENTS: readonly ClientKind[] = [
  {
    name: 'graphql-ws',
    api: 'graphql',
    reconnects: true,
    create(url, headers) {
      const client = wsClient(url, headers);
      return {
        subscribe: (operation, sink) => client.subscribe(operation, sinkOf(sink)),
        dispose: () => void client.dispose(),
      };
    },
  },
  {
    name: 'subscriptions-transport-ws',
    api: 'graphql',
    reconnects: true,
    create(url, headers) {
      const client = new SubscriptionClient(
        wsUrl(url, '/v1/graphql'),
        { connectionParams: { headers }, reconnect: true, lazy: true, minTimeout: 5000 },
        WebSocket,
      );
      return {
        subscribe(operation, sink) {
          const subscription = client.request(operation).subscribe(sinkOf(sink));
          return () => subscription.unsubscribe();
        },
        dispose: () => client.close(),
      };
    },
  },
  {
    name: 'Apollo Client with GraphQLWsLink',
    api: 'graphql',
    reconnects: true,
    create(url, headers) {
      const socket = wsClient(url, headers);
      const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
      return {
        subscribe({ query, variables = {} }, sink) {
          const document = gql(query);
          const fetchPolicy = 'no-cache';
          const told = sinkOf(sink);
          if (query.startsWith('subscription')) {
            const subscription = client
              .subscribe({ query: document, variables, fetchPolicy })
              .subscribe((result) => (result.error ? sink.error(result.error.message) : told.next(result)));
            subscription.add(() => sink.complete());
            return () => subscription.unsubscribe();
          }
          const answer = query.startsWith('mutation')
            ? client.mutate({ mutation: document, variables, fetchPolicy })
            : client.query({ query: document, variables, fetchPolicy });
          void answer
            .then(
              (result) => told.next(result),
              (reason) => told.error(reason),
            )
            .finally(sink.complete);
          return () => {};
        },
        dispose() {
          client.stop();
          void socket.dispose();
        },
      };
    },
  },
  {
    name: 'urql with graphql-ws',
    api: 'graphql',
    reconnects: true,
    create(url, headers) {
      const socket = wsClient(url, headers);
      const client = createUrql({
        url: `${url}/v1/graphql`,
        preferGetMethod: false,
        requestPolicy: 'network-only',
        fetchOptions: { headers },
        exchanges: [
          cacheExchange,
          fetchExchange,
          subscriptionExchange({
            forwardSubscription: (request) => ({
              subscribe: (sink) => ({
                unsubscribe: socket.subscribe(request as SubscribePayload, sink as never),
              }),
            }),
          }),
        ],
      });
      return { subscribe: urqlSubscribe(client), dispose: () => void socket.dispose() };
    },
  },
  {
    name: 'urql with fetchSubscriptions',
    api: 'graphql',
    reconnects: false,
    create(url, headers) {
      const client = createUrql({
        url: `${url}/v1/graphql`,
        preferGetMethod: false,
        requestPolicy: 'network-only',
        fetchOptions: { headers },
        fetchSubscriptions: true,
        exchanges: [cacheExchange, fetchExchange],
      });
      return { subscribe: urqlSubscribe(client), dispose: () => {} };
    },
  },
  {
    name: 'Relay’s network layer',
    api: 'relay',
    reconnects: true,
    create(url, headers) {
      const socket = wsClient(url, headers, '/v1beta1/relay');
      const network = relay.Network.create(
        async ({ text }, variables) => {
          const response = await fetch(`${url}/v1beta1/relay`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: JSON.stringify({ query: text, variables }),
          });
          return (await response.json()) as relay.GraphQLResponse;
        },
        ({ text }, variables) =>
          relay.Observable.create((sink) =>
            socket.subscribe({ query: text ?? '', variables }, sink as never),
          ),
      );
      return {
        subscribe({ query, variables = {} }, sink) {
          const [operationKind = 'query'] = query.match(/^\w+/) ?? [];
          const request = {
            name: 'Test',
            operationKind,
            text: query,
            cacheID: query,
            id: null,
            metadata: {},
          };
          const subscription = network
            .execute(request as relay.RequestParameters, variables, { force: true })
            .subscribe(sinkOf(sink) as never);
          return () => subscription.unsubscribe();
        },
        dispose: () => void socket.dispose(),
      };
    },
  },
  {
    name: 'graphql-sse',
    api: 'graphql',
    reconnects: true,
    create(url, headers) {
      const client = createSse({
        url: `${url}/v1/graphql`,
        headers,
        retryAttempts: 100,
        retry: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
      });
      return {
        subscribe: (operation, sink) => client.subscribe(operation, sinkOf(sink)),
        dispose: () => client.dispose(),
      };
    },
  },
];

export const CLIENT_KINDS: readonly ClientKind[] = CLIENTS;

function urqlSubscribe(client: ReturnType<typeof createUrql>): Client['subscribe'] {
  return ({ query, variables = {} }, sink) => {
    const told = sinkOf(sink);
    const [kind = ''] = query.match(/^\w+/) ?? [];
    const source =
      kind === 'subscription'
        ? client.subscription(query, variables)
        : kind === 'mutation'
          ? client.mutation(query, variables)
          : client.query(query, variables);
    const subscription = source.subscribe((result) => {
      if (result.error) told.error(result.error);
      else told.next(result);
      if (kind !== 'subscription') sink.complete();
    });
    return () => subscription.unsubscribe();
  };
}

/** Errors come as an error, as a list of them, or as a result with some. */
function sinkOf({ next, error, complete }: Sink) {
  return {
    next(result: {
      readonly data?: unknown;
      readonly errors?: readonly { readonly message: string }[] | undefined;
    }) {
      if (result.errors) error(messageOf(result.errors));
      else next({ data: result.data });
    },
    error: (reason: unknown) => error(messageOf(reason)),
    complete,
  };
}

function messageOf(reason: unknown): string {
  if (Array.isArray(reason)) return reason.map(messageOf).join('; ');
  return reason instanceof Error || (typeof reason === 'object' && reason !== null && 'message' in reason)
    ? String(reason.message)
    : JSON.stringify(reason);
}
