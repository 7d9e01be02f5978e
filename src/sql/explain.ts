// A statement -> the text that asks Postgres for its plan, and the text with its values written out for people.

import { must } from '../util/assert.ts';
import { quoted } from './quoted.ts';
import type { Statement } from './sql.ts';

/** `explain (format text) select …`, with the same parameters. Postgres plans the statement and does not run it. */
export function explainText({ text }: Statement): string {
  return `explain (format text) ${text}`;
}

/** Quoted names, quoted texts, and parameters: a `$1` inside quotes is none. */
const TOKENS = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g;

/**
 * The statement with literals for its parameters: `where "id" = ('1')::"pg_catalog"."int4"`. To be read and pasted;
 * what is sent keeps its parameters.
 */
export function inlinedText({ text }: Statement, parameters: readonly string[]): string {
  return text.replaceAll(TOKENS, (token, number: string | undefined) =>
    number === undefined ? token : quoted(must(parameters[Number(number) - 1], 'a value for each parameter')),
  );
}
