// Request text -> GraphQL document, remembered by text. What could exhaust the parser is refused before it starts.

import type { DocumentNode } from 'graphql';
import { GraphQLError } from 'graphql/error';
// Not from 'graphql': that brings the type system into every cold start, and only introspection needs it.
import { parse as parseGraphql } from 'graphql/language';

import { HedgeError } from '../error/hedge-error.ts';
import { checkCeilings, MAX_TOKENS } from './ceilings.ts';
import { repeatedField } from './repeated-fields.ts';

/** Texts remembered per isolate, and their length in all. */
const MAX_CACHED_TEXTS = 500;
const MAX_CACHED_UNITS = 4_000_000;

const NOT_GRAPHQL = 'not a valid graphql query';

const cache = new Map<string, DocumentNode>();
let cachedUnits = 0;

/**
 * The document of a request text.
 * @throws HedgeError `validation-failed` at `$.query` when it is not GraphQL or larger than this service parses.
 */
export function parse(text: string): DocumentNode {
  const known = cache.get(text);
  if (known) return known;
  checkCeilings(text);
  let document: DocumentNode;
  try {
    document = parseGraphql(text, { noLocation: true, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) {
      const tooLong = error.message.includes(`${MAX_TOKENS}`);
      throw new HedgeError(
        'validation-failed',
        tooLong ? `the document has more than ${MAX_TOKENS} tokens` : NOT_GRAPHQL,
        {
          path: '$.query',
          internal: { message: error.message, locations: error.locations },
        },
      );
    }
    throw error;
  }
  const twice = repeatedField(document);
  if (twice !== undefined) {
    const message = `there can be only one input field named '${twice}'`;
    throw new HedgeError('validation-failed', NOT_GRAPHQL, { path: '$.query', internal: { message } });
  }
  remember(text, document);
  return document;
}

function remember(text: string, document: DocumentNode): void {
  if (text.length > MAX_CACHED_UNITS / 4) return;
  while (cache.size > 0 && (cache.size >= MAX_CACHED_TEXTS || cachedUnits + text.length > MAX_CACHED_UNITS)) {
    const oldest = cache.keys().next().value as string;
    cache.delete(oldest);
    cachedUnits -= oldest.length;
  }
  cache.set(text, document);
  cachedUnits += text.length;
}
