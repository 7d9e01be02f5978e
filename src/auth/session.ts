// Session variables -> Session, and the session variables that a request's own headers give.

import { HedgeError } from '../error/hedge-error.ts';
import type { Session } from './types.ts';

const ROLE = 'x-hasura-role';
const BACKEND_ONLY = 'x-hasura-use-backend-only-permissions';
/** Never a session variable, and told nobody. */
export const SECRET_HEADERS: ReadonlySet<string> = new Set(['x-hasura-admin-secret', 'x-hasura-access-key']);

/** A session under `role`; `x-hasura-role` among `variables` gives way to it. */
export function sessionOf(
  role: string,
  variables: ReadonlyMap<string, string>,
  trusted: boolean,
  expiresAt: number | null = null,
): Session {
  return { role, variables: new Map(variables).set(ROLE, role), trusted, backend: false, expiresAt };
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
  readonly expiresAt = null;
  readonly #headers: Headers;
  #variables: ReadonlyMap<string, string> | undefined;

  constructor(role: string, headers: Headers, trusted: boolean) {
    this.role = role;
    this.trusted = trusted;
    this.#headers = headers;
  }

  /** Whoever is not trusted asks in vain. */
  get backend(): boolean {
    return this.trusted && backendOnly(this.#headers);
  }

  get variables(): ReadonlyMap<string, string> {
    this.#variables ??= headerVariables(this.#headers).set(ROLE, this.role);
    return this.#variables;
  }
}

const TRUE = /^(?:true|t|yes|y)$/i;
const FALSE = /^(?:false|f|no|n)$/i;

/** @throws HedgeError `bad-request` in Hasura's words for what is no boolean. */
function backendOnly(headers: Headers): boolean {
  const text = headers.get(BACKEND_ONLY);
  if (text === null || FALSE.test(text)) return false;
  if (TRUE.test(text)) return true;
  throw new HedgeError(
    'bad-request',
    `${BACKEND_ONLY}:  Not a valid boolean text. True values are ["true","t","yes","y"] and  ` +
      'False values are ["false","f","no","n"]. All values are case insensitive',
  );
}

/** `Headers` gives names in lower case. */
function headerVariables(headers: Headers): Map<string, string> {
  const variables = new Map<string, string>();
  headers.forEach((value, name) => {
    if (name.startsWith('x-hasura-') && !SECRET_HEADERS.has(name)) variables.set(name, value);
  });
  return variables;
}
