// The one error type that stages throw at a user, and the table that gives each code its HTTP status.

/** Hasura's error codes, with the HTTP status of the endpoints that show one. */
const STATUS = {
  'access-denied': 401,
  'already-exists': 400,
  'already-tracked': 400,
  'already-untracked': 400,
  'bad-request': 400,
  'batch-limit-exceeded': 400,
  busy: 400,
  'coercion-error': 400,
  'concurrent-update': 409,
  conflict: 409,
  'constraint-error': 400,
  'constraint-violation': 400,
  'cyclic-dependency': 400,
  'data-exception': 400,
  'dependency-error': 400,
  'depth-limit-exceeded': 400,
  'invalid-configuration': 400,
  'invalid-headers': 400,
  'invalid-json': 400,
  'invalid-jwt': 400,
  'invalid-jwt-key': 400,
  'invalid-params': 400,
  'jwt-invalid-claims': 400,
  'jwt-missing-role-claims': 400,
  'metadata-warnings': 400,
  'method-not-allowed': 405,
  'node-limit-exceeded': 400,
  'not-exists': 400,
  'not-found': 400,
  'not-supported': 400,
  'parse-failed': 400,
  'permission-denied': 400,
  'permission-error': 400,
  'postgres-error': 500,
  'postgres-max-connections-error': 500,
  'rate-limit-exceeded': 429,
  'time-limit-exceeded': 400,
  unexpected: 500,
  'unexpected-payload': 400,
  'validation-failed': 400,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** What a HedgeError may carry beside code and message. */
export interface ErrorDetails {
  /** JSONPath of the place in the request, `$` unless told. */
  readonly path?: string;
  /** Shown only to admins, or in development mode: SQL, Postgres' fields. */
  readonly internal?: unknown;
  readonly cause?: unknown;
  /** For the few codes whose status depends on the place, e.g. `access-denied` with 400. */
  readonly status?: number;
}

/** An error whose code, message and path are meant for the client, in Hasura's words. */
export class HedgeError extends Error {
  readonly code: ErrorCode;
  readonly path: string;
  readonly internal: unknown;
  readonly status: number;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HedgeError';
    this.code = code;
    this.path = details.path ?? '$';
    this.internal = details.internal;
    this.status = details.status ?? STATUS[code];
  }
}

/** The error as an entry of a GraphQL response's `errors`; `withInternal` for admins and development mode. */
export function graphqlError(error: HedgeError, withInternal: boolean): Record<string, unknown> {
  const extensions: Record<string, unknown> = { path: error.path, code: error.code };
  if (withInternal && error.internal !== undefined) extensions['internal'] = error.internal;
  return { message: error.message, extensions };
}

/** The error as the body of every endpoint that is not GraphQL: `{path, error, code}`. */
export function plainError(error: HedgeError, withInternal: boolean): Record<string, unknown> {
  const body: Record<string, unknown> = { path: error.path, error: error.message, code: error.code };
  if (withInternal && error.internal !== undefined) body['internal'] = error.internal;
  return body;
}
