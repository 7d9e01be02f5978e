// Session variables -> Session, and the session variables that a request's own headers give.

import type { Session } from './types.ts';

const ROLE = 'x-hasura-role';
const SECRET_HEADERS = new Set(['x-hasura-admin-secret', 'x-hasura-access-key']);

/** A session under `role`; `x-hasura-role` among `variables` gives way to it. */
export function sessionOf(role: string, variables: ReadonlyMap<string, string>, trusted: boolean): Session {
  return { role, variables: new Map(variables).set(ROLE, role), trusted };
}

/** An administrator's session: under the role the request asks for, else `admin`, with the variables it sends. */
export function trustedSession(headers: Headers): Session {
  // An empty header names no role.
  return headerSession(headers.get(ROLE) || 'admin', headers, true);
}

/** A session whose variables are the request's own `x-hasura-*` headers, the secrets left out. */
export function headerSession(role: string, headers: Headers, trusted: boolean): Session {
  return new HeaderSession(role, headers, trusted);
}

/**
 * Walks the headers when a variable is first asked for: a request brings many, and few statements need one.
 * A class, because one is made per request, and an object literal with a getter takes 25 times as long to make.
 */
class HeaderSession implements Session {
  readonly role: string;
  readonly trusted: boolean;
  readonly #headers: Headers;
  #variables: ReadonlyMap<string, string> | undefined;

  constructor(role: string, headers: Headers, trusted: boolean) {
    this.role = role;
    this.trusted = trusted;
    this.#headers = headers;
  }

  get variables(): ReadonlyMap<string, string> {
    this.#variables ??= headerVariables(this.#headers).set(ROLE, this.role);
    return this.#variables;
  }
}

/** `Headers` gives names in lower case. */
function headerVariables(headers: Headers): Map<string, string> {
  const variables = new Map<string, string>();
  headers.forEach((value, name) => {
    if (name.startsWith('x-hasura-') && !SECRET_HEADERS.has(name)) variables.set(name, value);
  });
  return variables;
}
