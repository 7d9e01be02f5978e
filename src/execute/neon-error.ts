// An answer of Neon's endpoint that is not a result -> an error with what Postgres said, as far as it got there.

/** What the endpoint answered instead of rows. Messages may hold addresses and values: for administrators only. */
export class NeonError extends Error {
  /** SQLSTATE; undefined when it was not Postgres that failed. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** Of the table that a violated constraint belongs to. */
  readonly schema: string | undefined;
  readonly table: string | undefined;

  constructor(message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'NeonError';
    this.code = textField(fields['code']);
    this.detail = textField(fields['detail']);
    this.hint = textField(fields['hint']);
    this.schema = textField(fields['schema']);
    this.table = textField(fields['table']);
  }
}

/** Reads an answer: status 400 with JSON is Postgres' own error, or Neon's refusal, which has no code. */
export function neonErrorOf(status: number, body: string): NeonError {
  if (status !== 400) return new NeonError(`Server error (HTTP status ${status}): ${body}`);
  const fields = JSON.parse(body) as Readonly<Record<string, unknown>>;
  return new NeonError(textField(fields['message']) ?? 'The database gave no reason.', fields);
}

function textField(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
