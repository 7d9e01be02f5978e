// Commands that track or untrack several tables at once: what cannot be done is warned about, the rest is done.

import { label, quotedLabel } from '../../compile/tables/names.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import { at, type Path } from '../../error/path.ts';
import type { Metadata } from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import { manyTablesArgs, trackTableArgs, untrackTableArgs } from '../args/tables.ts';
import { dependentsOf, refuseDependents } from '../dependencies/dependents.ts';
import { purge } from '../dependencies/purge.ts';
import type { SchemaObject } from '../dependencies/types.ts';
import { visitUses } from '../dependencies/uses.ts';
import type { ReduceContext } from '../types.ts';
import { command, type Commands, fail, noneNew } from './command.ts';
import { catalogTable, duplicates, tableKey } from './find.ts';
import { tableId } from './ids.ts';
import { checkTrackable, checkTracked, tableObject, trackTable } from './tables.ts';
import { checkWarnings, failAll, successWith, type Warning, warning } from './warnings.ts';

export const MANY_TABLES_COMMANDS = {
  track_tables: command(
    manyTablesArgs('TrackTables', trackTableArgs),
    ({ metadata, args: { tables, allowWarnings }, context, path }) => {
      checkDuplicates(tables, path);
      const { done, failed } = attemptEach(tables, 'track-table-failed', (table) => {
        checkTrackable(metadata, table, path);
        checkExists(table, context, path);
      });
      if (done.length === 0) failAll('all tables failed to track', failed, path);
      checkWarnings(failed, allowWarnings, path);
      return noneNew(done.reduce(trackTable, metadata), successWith(failed));
    },
  ),
  untrack_tables: command(
    manyTablesArgs('UntrackTables', untrackTableArgs),
    ({ metadata, args: { tables, allowWarnings }, context, path }) => {
      checkDuplicates(tables, path);
      const dependents = dependentsByTable(metadata, context);
      const listed = new Set(tables.map(tableKey));
      const isListed = (one: SchemaObject): boolean => 'table' in one && listed.has(tableKey(one));
      const { done, failed } = attemptEach(tables, 'untrack-table-failed', (table) => {
        checkTracked(metadata, table, path);
        const own = dependents.get(tableKey(table)) ?? [];
        // What belongs to another table of the list is untracked with it.
        const others = own.filter((one) => !isListed(one));
        if (!table.cascade && others.length > 0) refuseDependents(own, path);
      });
      if (done.length === 0) failAll('all tables failed to untrack', failed, path);
      checkWarnings(failed, allowWarnings, path);
      const objects = done.map(tableObject);
      const along = dependentsOf(metadata, context.catalogs, objects);
      return noneNew(purge(metadata, [...objects, ...along]), successWith(failed));
    },
  ),
} satisfies Commands;

/** What leads to each table from elsewhere, in one walk over the metadata however many tables there are. */
function dependentsByTable(
  metadata: Metadata,
  { catalogs }: ReduceContext,
): ReadonlyMap<string, readonly SchemaObject[]> {
  const found = new Map<string, Set<SchemaObject>>();
  visitUses(metadata, catalogs, (object, uses) => {
    const home = 'table' in object ? tableKey(object) : undefined;
    uses((used) => {
      const key = 'table' in used ? tableKey(used) : undefined;
      if (key === undefined || key === home) return;
      const dependents = found.get(key);
      if (dependents) dependents.add(object);
      else found.set(key, new Set([object]));
    });
  });
  return new Map([...found].map(([key, dependents]) => [key, [...dependents]]));
}

function checkDuplicates(tables: readonly TableArgs[], path: Path): void {
  const twice = duplicates(tables, tableKey);
  if (twice.length === 0) return;
  const names = twice.map(({ source, table }) => `${source}.${label(table)}`);
  fail(
    'bad-request',
    `The following tables occur more than once in the request: ${names.join(', ')}`,
    at(path, 'tables'),
  );
}

/** A table that is not in its database would be inconsistent, and fail the others. */
function checkExists({ source, table }: TableArgs, { catalogs }: ReduceContext, path: Path): void {
  const catalog = catalogs.get(source);
  if (!catalog || catalogTable(catalog, table)) return;
  fail(
    'invalid-configuration',
    `Inconsistent object: no such table/view exists in source: ${quotedLabel(table)}`,
    path,
  );
}

/** Runs `attempt` on each table; those it throws for are `failed`. */
function attemptEach<T extends TableArgs>(
  tables: readonly T[],
  code: string,
  attempt: (table: T) => void,
): { readonly done: T[]; readonly failed: Warning[] } {
  const done: T[] = [];
  const failed: Warning[] = [];
  for (const table of tables) {
    try {
      attempt(table);
      done.push(table);
    } catch (error) {
      if (!(error instanceof HedgeError)) throw error;
      failed.push(warning(code, error.message, tableId(table)));
    }
  }
  return { done, failed };
}
