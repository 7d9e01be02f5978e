// A source's database -> the tables and functions in it that can be tracked.

import type { DatabaseCatalog } from '../../catalog/types.ts';
import { object, sourceName } from '../args/parse.ts';
import { fail, readArgs } from '../commands/command.ts';
import { findSource } from '../commands/find.ts';
import type { Command } from '../types.ts';
import type { QueryContext } from './queries.ts';

const tablesArgs = object('GetSourceTables', (fields) => ({ source: fields.required('source', sourceName) }));
const trackablesArgs = object('GetSourceFunctions', (fields) => ({
  source: fields.required('source', sourceName),
}));

/** `[{"schema", "name"}]` of every table and view, tracked or not. */
export function sourceTables(command: Command, context: QueryContext): unknown {
  const { source } = readArgs(tablesArgs, command.args, command);
  return catalogOf(source, command, context).tables.map(({ schema, name }) => ({ schema, name }));
}

/** `{"tables": [{"name"}], "functions": [{"name", "volatility"}]}` of everything, tracked or not. */
export function sourceTrackables(command: Command, context: QueryContext): unknown {
  const { source } = readArgs(trackablesArgs, command.args, command);
  const { tables, functions } = catalogOf(source, command, context);
  return {
    tables: tables.map(({ schema, name }) => ({ name: { schema, name } })),
    functions: functions
      .filter(({ special }) => !special)
      .map(({ schema, name, volatility }) => ({
        name: { schema, name },
        volatility: volatility.toUpperCase(),
      })),
  };
}

/** @throws HedgeError when there is no such source, or its database could not be asked. */
export function catalogOf(
  source: string,
  { path }: Command,
  { metadata, catalogs }: Pick<QueryContext, 'metadata' | 'catalogs'>,
): DatabaseCatalog {
  findSource(metadata, source, path);
  return (
    catalogs.get(source) ??
    fail('unexpected', `source with name ${JSON.stringify(source)} is inconsistent`, path)
  );
}
