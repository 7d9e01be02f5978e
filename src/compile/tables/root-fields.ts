// A table's configuration -> names and descriptions of its root fields.

import type { TableRootField } from '../../artifact/types.ts';
import type { CatalogTable } from '../../catalog/types.ts';
import type { TableConfiguration } from '../../metadata/types.ts';
import { quotedLabel } from './names.ts';
import { type BaseName, rootFieldName, type RootFieldWords, type RootNaming } from './naming.ts';
import type { RootFieldName } from './tracked.ts';

/**
 * `users`, `users_by_pk` and `users_aggregate`, unless `custom_root_fields` says otherwise: a name, or name and comment.
 * @throws a refusal for a custom name GraphQL does not allow.
 */
export function rootFieldNames(
  table: CatalogTable,
  naming: RootNaming,
  base: BaseName,
  configuration: TableConfiguration | undefined,
): Readonly<Record<TableRootField['kind'], RootFieldName>> {
  const from = quotedLabel(table);
  const custom = (
    kind: TableRootField['kind'],
    words: RootFieldWords,
    description: string,
  ): RootFieldName => {
    const field = configuration?.custom_root_fields?.[kind];
    const given = typeof field === 'string' ? { name: field } : (field ?? {});
    return {
      name: rootFieldName(naming, base, words, given.name),
      description: describe(given.comment, null, description),
    };
  };
  return {
    select: custom('select', {}, `fetch data from the table: ${from}`),
    select_by_pk: custom(
      'select_by_pk',
      { after: 'by_pk' },
      `fetch data from the table: ${from} using primary key columns`,
    ),
    select_aggregate: custom(
      'select_aggregate',
      { after: 'aggregate' },
      `fetch aggregated fields from the table: ${from}`,
    ),
    select_stream: custom(
      'select_stream',
      { after: 'stream' },
      `fetch data from the table in a streaming manner: ${from}`,
    ),
  };
}

/** The description to show: the metadata's comment, else the database's, else the default. An empty comment hides it. */
export function describe(
  metadata: string | null | undefined,
  database: string | null,
  fallback: string | null,
): string | null {
  if (metadata === '') return null;
  return metadata ?? database ?? fallback;
}
