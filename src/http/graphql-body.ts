// The text of a GraphQL request's body -> the requests in it: one, or the members of a batch.

import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import { parseJson } from '../util/exact-number.ts';
import { isObject } from '../util/is-object.ts';

/** A body is one request, or a batch whose members are read one by one, so that a bad one fails alone. */
export type GraphqlBody =
  | { readonly kind: 'single'; readonly request: SentRequest }
  | { readonly kind: 'batch'; readonly members: readonly unknown[] };

/** A request as clients send it: in place of its text a query may be named by `extensions.persistedQuery`. */
export interface SentRequest extends Omit<GraphqlRequest, 'query'> {
  /** Undefined only beside `persistedQuery`. */
  readonly query: string | undefined;
  /** As it was sent; undefined when it was not. */
  readonly persistedQuery: unknown;
}

/**
 * The JSON value of a body, its numbers unchanged unless `parse` reads them otherwise.
 * @throws HedgeError `invalid-json` in the words of Hasura's JSON reader.
 */
export function parseBody(text: string, parse: (text: string) => unknown = parseJson): unknown {
  try {
    return parse(text);
  } catch {
    throw new HedgeError(
      'invalid-json',
      text.trim() === ''
        ? 'Error in $: not enough input'
        : 'Error in $: Failed reading: not a valid json value',
    );
  }
}

/**
 * Reads a body.
 * @throws HedgeError `invalid-json`, or `parse-failed` at the member that has the wrong type.
 */
export function readGraphqlBody(text: string): GraphqlBody {
  const body = parseBody(text);
  if (Array.isArray(body)) return { kind: 'batch', members: body };
  return { kind: 'single', request: readSentRequest(body) };
}

/**
 * Reads `{query?, operationName?, variables?, extensions?}`; null members are absent. A request without a query has
 * `extensions.persistedQuery`, of which nothing else is checked here.
 * @throws HedgeError `parse-failed` in the words of Hasura's JSON reader.
 */
export function readSentRequest(value: unknown, path?: Path): SentRequest {
  const extensions = isObject(value) ? value['extensions'] : undefined;
  const persistedQuery = (isObject(extensions) ? extensions['persistedQuery'] : undefined) ?? undefined;
  if (persistedQuery === undefined || !isObject(value) || !isMissing(value['query']))
    return { ...readGraphqlRequest(value, path), persistedQuery };
  return { ...readGraphqlRequest({ ...value, query: '' }, path), query: undefined, persistedQuery };
}

/**
 * Reads `{query, operationName?, variables?}`; other members are ignored, null ones are absent.
 * @throws HedgeError `parse-failed` in the words of Hasura's JSON reader.
 */
export function readGraphqlRequest(value: unknown, path?: Path): GraphqlRequest {
  if (!isObject(value)) throw mistyped('request', 'Object', value, path);
  if (!Object.hasOwn(value, 'query'))
    throw new HedgeError('parse-failed', 'key "query" not found', { path: pathText(path) });
  const { query, operationName, variables } = value;
  if (typeof query !== 'string') throw mistyped('Text', 'String', query, at(path, 'query'));
  if (!isAbsent(operationName) && typeof operationName !== 'string')
    throw mistyped('Text', 'String', operationName, at(path, 'operationName'));
  if (!isAbsent(variables) && !isObject(variables))
    throw mistyped('variables', 'Object', variables, at(path, 'variables'));
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

/** What some clients send in place of a query that is named by its hash. */
function isMissing(query: unknown): boolean {
  return isAbsent(query) || query === '';
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function mistyped(what: string, kind: string, value: unknown, path: Path | undefined): HedgeError {
  return new HedgeError(
    'parse-failed',
    `parsing ${what} failed, expected ${kind}, but encountered ${jsonKind(value)}`,
    { path: pathText(path) },
  );
}
