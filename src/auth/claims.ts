// The payload of a verified token -> its Hasura claims: allowed roles, default role and session variables.

import { followJsonPath } from '../config/json-path.ts';
import type { ClaimSource, JwtClaimsLocation } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import { isObject } from '../util/is-object.ts';

const ALLOWED_ROLES = 'x-hasura-allowed-roles';
const DEFAULT_ROLE = 'x-hasura-default-role';

export interface HasuraClaims {
  readonly allowedRoles: readonly string[];
  readonly defaultRole: string;
  /** Lower-case names, without the two claims about roles. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Reads the claims where the configuration says they are.
 * @throws HedgeError `jwt-invalid-claims` or `jwt-missing-role-claims`, in Hasura's words.
 */
export function readClaims(
  payload: Readonly<Record<string, unknown>>,
  location: JwtClaimsLocation,
): HasuraClaims {
  const claims =
    location.kind === 'map' ? mappedClaims(payload, location.map) : locatedClaims(payload, location);
  const allowedRoles = required(claims, ALLOWED_ROLES);
  if (!Array.isArray(allowedRoles))
    throw invalid(
      `invalid ${ALLOWED_ROLES}; should be a list of roles: ${expected('[]', 'Array', allowedRoles)}`,
    );
  for (const role of allowedRoles as readonly unknown[])
    checkRole(role, `invalid ${ALLOWED_ROLES}; should be a list of roles`);
  const defaultRole = required(claims, DEFAULT_ROLE);
  checkRole(defaultRole, `invalid ${DEFAULT_ROLE}; should be a single role name`);
  claims.delete(ALLOWED_ROLES);
  claims.delete(DEFAULT_ROLE);
  for (const value of claims.values()) {
    if (typeof value !== 'string') throw invalid(`x-hasura-* claims: ${expected('Text', 'String', value)}`);
  }
  return {
    allowedRoles: allowedRoles as string[],
    defaultRole: defaultRole as string,
    variables: claims as Map<string, string>,
  };
}

function locatedClaims(
  payload: Readonly<Record<string, unknown>>,
  location: Exclude<JwtClaimsLocation, { kind: 'map' }>,
): Map<string, unknown> {
  const byPath = location.kind === 'namespace_path';
  const value = byPath
    ? followJsonPath(location.path, payload)
    : Object.hasOwn(payload, location.name)
      ? payload[location.name]
      : undefined;
  if (value === undefined)
    throw invalid(
      byPath
        ? `claims not found at claims_namespace_path: '${location.path.text}'`
        : `claims key: '${location.name}' not found`,
    );
  let object: unknown = value;
  if (location.format === 'stringified_json') {
    if (typeof value !== 'string') throw invalid('expecting a string when claims_format is stringified_json');
    object = parsed(value);
    if (!isObject(object))
      throw invalid(
        `expecting stringified json at: '${byPath ? `claims_namespace_path ${location.path.text}` : `claims_namespace ${location.name}`}'`,
      );
  }
  if (!isObject(object)) throw invalid('expecting a json object when claims_format is json');
  const claims = new Map<string, unknown>();
  for (const [name, claim] of Object.entries(object)) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('x-hasura-')) continue;
    // The names differ in their case alone: which one is meant?
    if (claims.has(lower)) throw invalid(`x-hasura-* claims: ${lower} is there twice`);
    claims.set(lower, claim);
  }
  return claims;
}

function mappedClaims(
  payload: Readonly<Record<string, unknown>>,
  map: ReadonlyMap<string, ClaimSource>,
): Map<string, unknown> {
  const claims = new Map<string, unknown>();
  for (const [name, source] of map) {
    const value =
      source.kind === 'literal' ? source.value : (followJsonPath(source.path, payload) ?? source.fallback);
    // The two claims about roles have an error of their own.
    if (value !== undefined) claims.set(name, value);
    else if (name !== ALLOWED_ROLES && name !== DEFAULT_ROLE)
      throw invalid(`JWT claim from claims_map, ${name} not found`);
  }
  return claims;
}

function required(claims: ReadonlyMap<string, unknown>, name: string): unknown {
  if (!claims.has(name))
    throw new HedgeError('jwt-missing-role-claims', `JWT claim does not contain ${name}`);
  return claims.get(name);
}

function checkRole(role: unknown, what: string): void {
  if (typeof role !== 'string') throw invalid(`${what}: ${expected('Text', 'String', role)}`);
  if (role === '') throw invalid(`${what}: empty string not allowed`);
}

function invalid(message: string): HedgeError {
  return new HedgeError('jwt-invalid-claims', message);
}

/** The sentence of Hasura's JSON reader. */
function expected(parsing: string, kind: string, value: unknown): string {
  return `parsing ${parsing} failed, expected ${kind}, but encountered ${jsonKind(value)}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
