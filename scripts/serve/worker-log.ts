// Lines of a worker's log -> standard output: JSON as the worker wrote it, or, on a terminal, lines for people.

import { StringDecoder } from 'node:string_decoder';

/** What of an entry is shown; other types have other details. */
interface Entry {
  readonly type: string;
  readonly timestamp: string;
  readonly level: string;
  readonly detail: unknown;
}

interface HttpDetail {
  readonly http_info: { readonly method: string; readonly url: string; readonly status: number };
  readonly operation: {
    readonly error: { readonly error: string; readonly code: string; readonly path: string } | null;
    readonly query: { readonly operationName?: string } | readonly unknown[] | null;
    readonly query_execution_time: number;
    readonly user_vars: Readonly<Record<string, string>> | null;
  };
}

/** Prints a line; what is not of the log, such as a warning of the runtime, goes to standard error. */
export function printLogLine(line: string): void {
  if (!line.startsWith('{"type":"')) process.stderr.write(`${line}\n`);
  // Over the step that is shown as under way.
  else process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${readableLine(line)}\n` : `${line}\n`);
}

/** `12:34:56 info http-log POST /v1/graphql 200 in 3 ms, user: authors` */
export function readableLine(line: string): string {
  const entry = JSON.parse(line) as Entry;
  const { type, timestamp, level, detail } = entry;
  const text = type === 'http-log' ? requestText(detail as HttpDetail) : JSON.stringify(detail);
  return `${timestamp.slice(11, 19)} ${level} ${type} ${text}`;
}

function requestText({ http_info: http, operation }: HttpDetail): string {
  const { error, query, user_vars: vars, query_execution_time: seconds } = operation;
  const name = query !== null && 'operationName' in query ? query.operationName : undefined;
  const who = vars?.['x-hasura-role'];
  return [
    `${http.method} ${http.url} ${http.status} in ${Math.round(seconds * 1000)} ms`,
    ...(who === undefined ? [] : [`, ${who}`]),
    ...(name === undefined ? [] : [`: ${name}`]),
    ...(error === null ? [] : [`\n         ${error.code}: ${error.error} (${error.path})`]),
  ].join('');
}

/** Takes bytes as they come, and gives text on line by line. */
export function byLine(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = `${rest}${decoder.write(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
