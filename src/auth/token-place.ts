// The headers of a request -> the tokens where a configuration says they are carried.

import type { JwtHeader } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { unreachable } from '../util/assert.ts';

/**
 * The tokens in this place: none, or one; more where a cookie is sent several times, which another site of the same
 * domain can bring about.
 * @throws HedgeError `invalid-headers` for an `Authorization` that is no single bearer token.
 */
export function tokensAt(place: JwtHeader, headers: Headers): readonly string[] {
  switch (place.kind) {
    case 'authorization': {
      const value = headers.get('authorization');
      if (value === null) return [];
      const token = /^\s*Bearer\s+(\S+)\s*$/.exec(value)?.[1];
      if (token === undefined) throw new HedgeError('invalid-headers', 'Malformed Authorization header');
      return [token];
    }
    case 'cookie':
      return cookiesOf(headers.get('cookie') ?? '', place.name);
    case 'custom_header': {
      const value = headers.get(place.name);
      return value === null ? [] : [value];
    }
    default:
      return unreachable(place);
  }
}

function cookiesOf(header: string, name: string): string[] {
  const values: string[] = [];
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0 || part.slice(0, equals).trim() !== name) continue;
    const value = part.slice(equals + 1).trim();
    values.push(value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value);
  }
  return values;
}

/** In Hasura's words, of a request without any token. */
export function missingToken(places: readonly JwtHeader[]): HedgeError {
  const [place, ...others] = places;
  return new HedgeError(
    'invalid-headers',
    place?.kind === 'custom_header' && others.length === 0
      ? `Missing '${place.name}' header in JWT authentication mode`
      : "Missing 'Authorization' or 'Cookie' header in JWT authentication mode",
  );
}
