// What happens on a socket -> lines of the websocket-log, in Hasura's form.

import type { GraphqlRequest } from '../../execute/engine.ts';
import { loggedRequest } from '../../http/http-log.ts';
import type { AppContext } from '../../http/types.ts';
import { isWanted } from '../../telemetry/log.ts';
import { maskNamed } from '../../telemetry/mask.ts';
import type { Client, Operation } from './types.ts';

/** How far an operation is. */
export type OperationEvent = 'started' | 'stopped' | 'completed' | 'query_err';

/** Writes the lines of sockets where they are wanted. */
export interface SocketLog {
  connection(client: Client, type: 'accepted' | 'closed'): void;
  /** Nobody we know; `message` is what the client was told. */
  rejected(client: Client, message: string): void;
  operation(operation: Operation, type: OperationEvent, error?: unknown): void;
}

export function socketLog({ log, config }: Pick<AppContext, 'log' | 'config'>): SocketLog {
  const { logging } = config;

  function write(client: Client, level: 'info' | 'error', event: unknown): void {
    const { id, session } = client;
    const expiresAt = session?.expiresAt ?? null;
    log({
      type: 'websocket-log',
      level,
      detail: {
        event,
        connection_info: {
          websocket_id: id,
          token_expiry: expiresAt === null ? null : new Date(expiresAt).toISOString(),
          msg: null,
        },
        user_vars: session ? maskNamed(Object.fromEntries(session.variables), logging.maskedVariables) : null,
      },
    });
  }

  const query = (request: GraphqlRequest): unknown => loggedRequest(request, request.query.length, logging);

  return {
    connection(client, type) {
      if (isWanted(logging, 'websocket-log', 'info')) write(client, 'info', { type, detail: null });
    },
    rejected(client, message) {
      if (!isWanted(logging, 'websocket-log', 'error')) return;
      write(client, 'error', { type: 'conn_err', detail: message });
    },
    operation({ client, id, request }, type, error) {
      const level = type === 'query_err' ? 'error' : 'info';
      if (!isWanted(logging, 'websocket-log', level)) return;
      write(client, level, {
        type: 'operation',
        detail: {
          operation_id: id,
          operation_name: request.operationName ?? null,
          operation_type: error === undefined ? { type } : { type, detail: error },
          query: logging.queryOnlyOnError && type !== 'query_err' ? null : query(request),
        },
      });
    },
  };
}
