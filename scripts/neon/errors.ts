// What running a query threw -> Neon's answer: Postgres' fields with status 400, anything else with its own.

/** A request that is not of the protocol. */
export class RequestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

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

/** Status and JSON body of an error. A database that cannot be reached is a 500, as it is on Neon. */
export function answerError(error: unknown): {
  readonly status: number;
  readonly body: Record<string, unknown>;
} {
  if (error instanceof RequestError) return { status: error.status, body: { message: error.message } };
  if (error instanceof Error && 'severity' in error) {
    const fields = error as unknown as Readonly<Record<string, unknown>>;
    return {
      status: 400,
      body: { message: error.message, ...Object.fromEntries(FIELDS.map((f) => [f, fields[f] ?? null])) },
    };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return { status: 500, body: { message: `the database cannot be reached (${code})`, code: null } };
}
