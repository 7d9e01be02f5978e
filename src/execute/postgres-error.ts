// What asking the database threw -> the error a client sees: Postgres' own where it speaks of the client's values, else
// "database query error" with the details kept for administrators.

import type { ErrorCode } from '../error/hedge-error.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { NeonError } from './neon-error.ts';

/** The statement that failed. */
export interface FailedStatement {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
}

/** Integrity violations by SQLSTATE: code, and the words before Postgres' message. As in Hasura. */
const VIOLATIONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  '23001': ['constraint-violation', 'Can not delete or update due to data being referred. '],
  '23502': ['constraint-violation', 'Not-NULL violation. '],
  '23503': ['constraint-violation', 'Foreign key violation. '],
  '23505': ['constraint-violation', 'Uniqueness violation. '],
  '23514': ['permission-error', 'Check constraint violation. '],
  '23P01': ['constraint-violation', 'Exclusion violation. '],
};

/** SQLSTATEs of a database that cannot be used now: connection, authorization, missing database, shut down. */
const UNREACHABLE = /^(08...|28...|3D000|57P0[1-5])$/;

/** SQLSTATEs that show a database other than the one the artifact was built for: what it names is gone or retyped. */
const DRIFT = /^(42P01|42703|42883|42804|3F000)$/;
const DRIFT_HINT =
  'The database may differ from the one this build was made for: build again; hedge build --check shows the difference.';

/** What a statement was for. */
export interface ErrorPlace {
  /** Where in the request an error belongs, `$` unless told. */
  readonly path?: string;
  /** It writes: what a broken connection leaves behind is not known. */
  readonly writes?: boolean;
}

/** Whether an error says that no statement could be run at all, for whatever reason. */
export function isUnreachable(error: unknown): boolean {
  return !(error instanceof NeonError) || error.code === undefined || UNREACHABLE.test(error.code);
}

/** The client's error for whatever asking the database threw. */
export function databaseError(
  error: unknown,
  statement: FailedStatement,
  place: ErrorPlace = {},
): HedgeError {
  if (!(error instanceof NeonError) || error.code === undefined) return connectionError(error, place);
  const { code, message } = error;
  if (UNREACHABLE.test(code))
    return connectionError(error, { writes: place.writes === true && code.startsWith('08') });
  const details = { cause: error, ...(place.path !== undefined && { path: place.path }) };
  if (code === '53300')
    return new HedgeError('postgres-max-connections-error', 'max connections reached on postgres', {
      ...details,
      internal: message,
    });
  const known = clientError(code, message);
  if (known) return new HedgeError(known[0], known[1], details);
  const timedOut = code === '57014';
  return new HedgeError(
    'unexpected',
    timedOut ? `database query error: ${message}` : 'database query error',
    { ...details, internal: internalOf(error, statement) },
  );
}

/** Errors whose message is for the client: they speak of values and constraints. */
function clientError(code: string, message: string): readonly [ErrorCode, string] | undefined {
  const violation = VIOLATIONS[code];
  if (violation) return [violation[0], `${violation[1]}${message}`];
  if (code.startsWith('23')) return ['constraint-violation', message];
  if (code === '22025') return ['bad-request', message];
  if (code.startsWith('22') || isSyntaxOfValue(code, message)) return ['data-exception', message];
  // Program limits (class 54), such as a value nested deeper than Postgres' stack: what was sent is too much.
  if (code.startsWith('54')) return ['data-exception', message];
  if (code === '42704') return ['constraint-error', message];
  // Of transactions that met each other: nothing is left of this one, so it may be sent again.
  if (code === '40001') return ['concurrent-update', 'serialization failure due to concurrent update'];
  if (code === '40P01') return ['concurrent-update', message];
  if (code === '42P10')
    return ['constraint-error', 'there is no unique or exclusion constraint on target column(s)'];
  return undefined;
}

/**
 * Some types call a value they cannot read a syntax error, as a statement of ours would be one (42601): lquery and its
 * kin, tsquery, jsonpath. 42622 is a label that is too long.
 */
function isSyntaxOfValue(code: string, message: string): boolean {
  if (code === '42622') return true;
  return code === '42601' && SYNTAX_OF_VALUES.test(message);
}

const SYNTAX_OF_VALUES =
  /^(?:(?:lquery |ltxtquery |ltree |operand |modifiers )?syntax error(?: at (?:character|position) \d+)?|(?:syntax error|no operand) in tsquery: .*|.* of jsonpath input)$/s;

function internalOf(error: NeonError, { sql, parameters }: FailedStatement): unknown {
  const { code, message, detail, hint } = error;
  return {
    statement: sql,
    prepared: true,
    error: {
      exec_status: 'FatalError',
      status_code: code,
      message,
      description: detail ?? null,
      hint: hint ?? (code !== undefined && DRIFT.test(code) ? DRIFT_HINT : null),
    },
    arguments: parameters,
  };
}

/** No statement ran, or nobody knows whether one did. The message may hold addresses: administrators only. */
function connectionError(error: unknown, { writes = false }: ErrorPlace = {}): HedgeError {
  const message = writes
    ? 'connection error: it is not known whether the mutation took effect'
    : 'connection error';
  return new HedgeError('postgres-error', message, {
    internal: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}
