// The fields of a tracked table beside its columns: which there are, and what kind a name is.

import type { Path } from '../../error/path.ts';
import type { TableMetadata } from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import type { ReduceContext } from '../types.ts';
import { fail } from './command.ts';
import { catalogTable } from './find.ts';

export type FieldKind =
  | 'column'
  | 'object relationship'
  | 'array relationship'
  | 'computed field'
  | 'remote relationship';

/** What a table has under `name`; columns are known only where the database is. */
export function fieldKind(
  table: TableMetadata,
  { source }: TableArgs,
  name: string,
  { catalogs }: ReduceContext,
): FieldKind | undefined {
  const named = (list: readonly { readonly name: string }[] | undefined): boolean =>
    list?.some((one) => one.name === name) === true;
  if (named(table.object_relationships)) return 'object relationship';
  if (named(table.array_relationships)) return 'array relationship';
  if (named(table.computed_fields)) return 'computed field';
  if (named(table.remote_relationships)) return 'remote relationship';
  const catalog = catalogs.get(source);
  return catalog && named(catalogTable(catalog, table.table)?.columns) ? 'column' : undefined;
}

/** The list of a relationship. @throws HedgeError when there is no such relationship. */
export function relationshipList(
  table: TableMetadata,
  args: TableArgs,
  name: string,
  { context, path }: { readonly context: ReduceContext; readonly path: Path },
): 'object_relationships' | 'array_relationships' {
  switch (fieldKind(table, args, name, context)) {
    case 'object relationship':
      return 'object_relationships';
    case 'array relationship':
      return 'array_relationships';
    case undefined:
      return fail('not-exists', `relationship ${JSON.stringify(name)} does not exist`, path);
    default:
      return fail(
        'unexpected-payload',
        `expecting a relationship; but, ${JSON.stringify(name)} is a postgres column; `,
        path,
      );
  }
}
