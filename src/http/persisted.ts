// A GraphQL request that names its query by a hash -> the request with the query's text.

import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import { isObject } from '../util/is-object.ts';
import type { SentRequest } from './graphql-body.ts';
import type { Exchange } from './types.ts';

/**
 * The request as it is run. Only one with `extensions.persistedQuery` is looked at; its sender is to be known by then.
 * @throws HedgeError with the messages by which clients know what to do: `PersistedQueryNotFound` has them send the
 *   text, `PersistedQueryNotSupported` has them stop sending hashes.
 */
export function withQueryText(
  sent: SentRequest,
  exchange: Exchange,
  { persistedQueriesTtl: ttl }: Pick<Config, 'persistedQueriesTtl'>,
): GraphqlRequest | Promise<GraphqlRequest> {
  const { query, operationName, variables, persistedQuery } = sent;
  if (persistedQuery !== undefined && ttl !== null) return persisted(sent, exchange, ttl);
  if (query !== undefined) return { query, operationName, variables };
  throw new HedgeError('not-supported', 'PersistedQueryNotSupported');
}

async function persisted(
  { query, operationName, variables, persistedQuery }: SentRequest,
  { request, waitUntil }: Exchange,
  ttl: number,
): Promise<GraphqlRequest> {
  const hash = hashOf(persistedQuery);
  const { findPersisted, isHashOf, keepPersisted } = await import('../cache/persisted-queries.ts');
  const context = { ttl, host: request.headers.get('host'), now: Date.now };
  if (query === undefined) {
    const text = await findPersisted(hash, context);
    if (text === undefined) throw new HedgeError('not-found', 'PersistedQueryNotFound');
    return { query: text, operationName, variables };
  }
  if (!(await isHashOf(hash, query)))
    throw new HedgeError('bad-request', 'provided sha does not match query', { path: `${PATH}.sha256Hash` });
  waitUntil(keepPersisted(hash, query, context).catch(() => {})); // the next one is told to send the text again
  return { query, operationName, variables };
}

const PATH = '$.extensions.persistedQuery';

/** Of `{version: 1, sha256Hash}`, as Apollo's protocol has it. */
function hashOf(persistedQuery: unknown): string {
  const { version, sha256Hash } = isObject(persistedQuery) ? persistedQuery : {};
  if (version !== 1)
    throw new HedgeError('bad-request', 'Unsupported persisted query version', { path: `${PATH}.version` });
  if (typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256Hash))
    throw new HedgeError('bad-request', 'expected a SHA-256 in hexadecimal', { path: `${PATH}.sha256Hash` });
  return sha256Hash.toLowerCase();
}
