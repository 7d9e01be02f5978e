// The columns and presets of an insert or update permission -> what a client may give, and what the metadata sets.

import type { PermissionValue } from '../../artifact/types.ts';
import type { Preset } from '../../artifact/write-types.ts';
import type { Columns, Presets } from '../../metadata/types.ts';
import { at, refuse } from '../inconsistency.ts';
import { compareNames } from '../tables/names.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedColumn, TrackedTable } from '../tables/tracked.ts';
import { checkEnumValues } from './comparison.ts';
import { permissionValue } from './permission-value.ts';

/** Whether Postgres takes a value for the column, and GraphQL has a name for it. */
export function isWritable({ fieldName, catalog }: TrackedColumn): boolean {
  return fieldName !== null && !catalog.generated && catalog.identity !== 'always';
}

/**
 * GraphQL names of the columns a client may give, sorted: those listed that can be written and have no
 * preset.
 * @throws a refusal for a column that is not there.
 */
export function writableColumns(
  table: TrackedTable,
  columns: Columns,
  presets: Presets | undefined,
): readonly string[] {
  if (columns !== '*') {
    for (const [i, column] of columns.entries()) at(['columns', i], () => checkColumn(table, column));
  }
  const names = [...table.columns].flatMap(([name, column]) => {
    const listed = columns === '*' || columns.includes(name);
    if (!listed || !isWritable(column) || (presets && Object.hasOwn(presets, name))) return [];
    return column.fieldName ?? [];
  });
  return names.sort(compareNames);
}

/**
 * Reads presets: session variables by name, everything else as a literal that Postgres casts.
 * @throws a refusal for a column that is not there, for a value of a shape its type cannot take, and for one that its
 *   enum table does not have.
 */
export function compilePresets(
  types: TypeTable,
  table: TrackedTable,
  presets: Presets | undefined,
): readonly Preset[] {
  return Object.entries(presets ?? {}).map(([name, value]) =>
    at(['set', name], () => {
      const { type } = table.columns.get(name) ?? missing(name);
      const preset: PermissionValue =
        value === null ? { kind: 'literal', value: null } : permissionValue('_eq', type, value);
      checkEnumValues(type, '_eq', preset);
      return { column: name, type: types.refer(type), value: preset };
    }),
  );
}

function checkColumn(table: TrackedTable, name: string): void {
  if (!table.columns.has(name)) missing(name);
}

function missing(name: string): never {
  return refuse(`column "${name}" does not exist`);
}
