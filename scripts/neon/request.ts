// Body and headers of a POST /sql -> the statements to run and how to answer them.

import type { IncomingHttpHeaders } from 'node:http';

/** What a client did wrong before Postgres was asked: answered with 400 like an error of Postgres itself. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(message: string, details: { readonly status?: number; readonly code?: string } = {}) {
    super(message);
    this.name = 'RequestError';
    this.status = details.status ?? 400;
    this.code = details.code;
  }
}

export interface Statement {
  readonly text: string;
  /** In Postgres' text format. */
  readonly values: readonly (string | null)[];
  /** Rows as arrays (true) or as objects. */
  readonly arrayMode: boolean;
}

export interface SqlRequest {
  readonly statements: readonly Statement[];
  /** The statement that begins the transaction of a batch; null for a single query. */
  readonly begin: string | null;
  /** Values as Postgres' text (true), or numbers, booleans, arrays and JSON decoded. */
  readonly rawText: boolean;
}

/** Bind's parameter count is an unsigned 16-bit number. */
const MAX_PARAMETERS = 65_535;

const ISOLATION_LEVELS: Readonly<Record<string, string>> = {
  readuncommitted: 'read uncommitted',
  readcommitted: 'read committed',
  repeatableread: 'repeatable read',
  serializable: 'serializable',
};

/**
 * Reads a request as Neon's proxy does: `{query, params}` or `{queries: [{query, params}, …]}`.
 * @throws RequestError when body or headers are not of that form.
 */
export function readSqlRequest(body: string, headers: IncomingHttpHeaders): SqlRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new RequestError(`could not parse the HTTP request body: ${(error as Error).message}`);
  }
  if (!isObject(json)) throw new RequestError('could not parse the HTTP request body: expected an object');
  const arrayMode = headers['neon-array-mode'] === 'true';
  const rawText = headers['neon-raw-text-output'] === 'true';
  const queries = json['queries'];
  if (queries === undefined) return { statements: [readStatement(json, arrayMode)], begin: null, rawText };
  if (!Array.isArray(queries)) {
    throw new RequestError('could not parse the HTTP request body: "queries" must be an array');
  }
  const statements = queries.map((query: unknown) => readStatement(query, arrayMode));
  return { statements, begin: beginStatement(headers), rawText };
}

function readStatement(query: unknown, defaultArrayMode: boolean): Statement {
  if (!isObject(query) || typeof query['query'] !== 'string') {
    throw new RequestError('could not parse the HTTP request body: "query" must be a string');
  }
  const text = query['query'];
  const params = query['params'] ?? [];
  if (!Array.isArray(params)) {
    throw new RequestError('could not parse the HTTP request body: "params" must be an array');
  }
  if (params.length > MAX_PARAMETERS) {
    throw new RequestError(`a statement takes at most ${MAX_PARAMETERS} parameters, not ${params.length}`);
  }
  // A zero byte ends a string in Postgres' wire protocol, so that the rest of the text would be read as something else.
  if (text.includes('\0')) {
    throw new RequestError('invalid byte sequence for encoding "UTF8": 0x00', { code: '22021' });
  }
  const own = query['arrayMode'];
  return {
    text,
    values: params.map(parameterText),
    arrayMode: typeof own === 'boolean' ? own : defaultArrayMode,
  };
}

/** A JSON value in Postgres' text format: arrays become array literals, objects JSON. */
function parameterText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return null;
  if (Array.isArray(value)) return arrayLiteral(value);
  return JSON.stringify(value);
}

function arrayLiteral(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === null) return 'NULL';
    if (Array.isArray(value)) return arrayLiteral(value);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
  return `{${items.join(',')}}`;
}

function beginStatement(headers: IncomingHttpHeaders): string {
  const isolation = headerText(headers, 'neon-batch-isolation-level');
  const readOnly = headerText(headers, 'neon-batch-read-only');
  const deferrable = headerText(headers, 'neon-batch-deferrable');
  let text = 'begin';
  if (isolation !== undefined) {
    const level = ISOLATION_LEVELS[isolation.toLowerCase()];
    if (level === undefined) throw new RequestError(`invalid isolation level: ${isolation}`);
    text += ` isolation level ${level}`;
  }
  if (readOnly !== undefined) text += readOnly === 'true' ? ' read only' : ' read write';
  if (deferrable !== undefined) text += deferrable === 'true' ? ' deferrable' : ' not deferrable';
  return text;
}

function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
