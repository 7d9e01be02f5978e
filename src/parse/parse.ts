// Request text -> GraphQL document, remembered by text. What could exhaust the parser is refused before it starts.

import type { DocumentNode } from 'graphql';
import { GraphQLError } from 'graphql/error';
// Not from 'graphql': that brings the type system into every cold start, and only introspection needs it.
import { parse as parseGraphql } from 'graphql/language';

import { HedgeError } from '../error/hedge-error.ts';

/** Tokens of one document; 1,000 aliased fields with arguments are about 20,000. */
const MAX_TOKENS = 100_000;
/** Brackets open at once. The parser recurses once per bracket; answers do not nest this deep. */
const MAX_NESTING = 500;
/** Texts remembered per isolate, and their length in all. */
const MAX_CACHED_TEXTS = 500;
const MAX_CACHED_UNITS = 4_000_000;

const cache = new Map<string, DocumentNode>();
let cachedUnits = 0;

/**
 * The document of a request text.
 * @throws HedgeError `validation-failed` at `$.query` when it is not GraphQL or larger than this service parses.
 */
export function parse(text: string): DocumentNode {
  const known = cache.get(text);
  if (known) return known;
  refuseDeepNesting(text);
  let document: DocumentNode;
  try {
    document = parseGraphql(text, { noLocation: true, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) {
      const tooLong = error.message.includes(`${MAX_TOKENS}`);
      throw new HedgeError(
        'validation-failed',
        tooLong ? `the document has more than ${MAX_TOKENS} tokens` : 'not a valid graphql query',
        {
          path: '$.query',
          internal: { message: error.message, locations: error.locations },
        },
      );
    }
    throw error;
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

/** Counts open brackets outside of strings and comments, in one pass over the text. */
function refuseDeepNesting(text: string): void {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
      case 0x5b: // [
      case 0x28: // (
        if (++open > MAX_NESTING) {
          throw new HedgeError(
            'validation-failed',
            `the document nests deeper than ${MAX_NESTING} brackets`,
            { path: '$.query' },
          );
        }
        break;
      case 0x7d: // }
      case 0x5d: // ]
      case 0x29: // )
        open--;
        break;
      case 0x23: // # comment, to the end of the line
        while (i + 1 < text.length && text.charCodeAt(i + 1) !== 0x0a && text.charCodeAt(i + 1) !== 0x0d) i++;
        break;
      case 0x22: // "
        i = endOfString(text, i);
        break;
      default:
    }
  }
}

/** Index of the last character of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  if (text.startsWith('"""', start)) {
    for (let i = start + 3; i < text.length; i++) {
      if (text.startsWith('\\"""', i)) i += 3;
      else if (text.startsWith('"""', i)) return i + 2;
    }
    return text.length;
  }
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22 || c === 0x0a) return i;
  }
  return text.length;
}
