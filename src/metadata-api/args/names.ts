// Args that name an object of a source: `{"source", "table"}`, functions, columns.

import type { TableName } from '../../metadata/types.ts';
import {
  failParse,
  type Fields,
  list,
  nonEmptyList,
  object,
  type Parser,
  sourceName,
  text,
} from './parse.ts';

export const DEFAULT_SOURCE = 'default';

/** A table or function: `"author"` of schema public, or `{"schema", "name"}`. */
export const qualifiedName: Parser<TableName> = (value, path) => {
  if (typeof value === 'string') return { schema: 'public', name: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failParse('expecting a string/object for QualifiedObject', path);
  }
  return object('QualifiedObject', (fields) => ({
    schema: fields.optional('schema', text) ?? 'public',
    name: fields.required('name', text),
  }))(value, path);
};

/** Which table of which source a command is about. */
export interface TableArgs {
  readonly source: string;
  readonly table: TableName;
}

/** The key `source`, "default" when left out. */
export function sourceField(fields: Fields): string {
  return fields.optional('source', sourceName) ?? DEFAULT_SOURCE;
}

export function tableFields(fields: Fields): TableArgs {
  return { source: sourceField(fields), table: fields.required('table', qualifiedName) };
}

/** Columns of a foreign key: one in a string, or a list. One column comes out as a string either way, as Hasura keeps it. */
export const keyColumns: Parser<string | string[]> = (value, path) => {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return failParse('Expected string or array', path);
  const columns = nonEmptyList(text)(value, path);
  const [first] = columns;
  return columns.length === 1 && first !== undefined ? first : columns;
};

/** `"*"`, or a list of columns. */
export const columnSet: Parser<'*' | string[]> = (value, path) =>
  value === '*' ? '*' : list(text)(value, path);
