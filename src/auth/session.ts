// Session variables -> Session, and the session variables that a request's own headers give.

import type { Session } from './types.ts';

const ROLE = 'x-hasura-role';
const SECRET_HEADERS = new Set(['x-hasura-admin-secret', 'x-hasura-access-key']);
const NO_VARIABLES: ReadonlyMap<string, string> = new Map();

/** The session of an administrator who names no role and sets no variable: most trusted requests. */
const ADMIN: Session = {
  role: 'admin',
  variables: new Map([[ROLE, 'admin']]),
  trusted: true,
};

/** A session under `role`; `x-hasura-role` among `variables` gives way to it. */
export function sessionOf(role: string, variables: ReadonlyMap<string, string>, trusted: boolean): Session {
  return { role, variables: new Map(variables).set(ROLE, role), trusted };
}

/** An administrator's session: under the role the request asks for, else `admin`, with the variables it sends. */
export function trustedSession(headers: Headers): Session {
  const variables = headerVariables(headers);
  if (variables === NO_VARIABLES) return ADMIN;
  // An empty header names no role.
  return sessionOf(variables.get(ROLE) || 'admin', variables, true);
}

/** The `x-hasura-*` headers but for the secrets; `Headers` gives names in lower case. */
export function headerVariables(headers: Headers): ReadonlyMap<string, string> {
  let variables: Map<string, string> | undefined;
  headers.forEach((value, name) => {
    if (!name.startsWith('x-hasura-') || SECRET_HEADERS.has(name)) return;
    variables ??= new Map();
    variables.set(name, value);
  });
  return variables ?? NO_VARIABLES;
}
