// What went wrong -> status and body as Neon's proxy answers it.

import pg from 'pg';

import { RequestError } from './request.ts';

/** The fields that the driver reads from an error, by their names in its answer and in node-postgres. */
const FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

export interface ErrorAnswer {
  readonly status: number;
  readonly body: string;
}

/** Errors of Postgres and of the request are 400; a database that cannot be reached, or was lost, is 500. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof pg.DatabaseError) {
    const body: Record<string, unknown> = { message: error.message };
    for (const field of FIELDS) body[field] = error[field] ?? null;
    return { status: 400, body: JSON.stringify(body) };
  }
  if (error instanceof RequestError) {
    return {
      status: error.status,
      body: JSON.stringify({ message: error.message, code: error.code ?? null }),
    };
  }
  // One host with several addresses fails with an error that holds one per address and has no code of its own.
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : null;
  const reason = code ?? (inner instanceof Error ? inner.message : String(inner));
  return {
    status: 500,
    body: JSON.stringify({ message: `the database cannot be reached (${reason})`, code }),
  };
}
