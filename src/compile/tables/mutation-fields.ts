// A table's configuration -> names and descriptions of its fields in the mutation root; and which of them a role has.

import type { WriteField, WriteKind, WriteModel, WriteRef } from '../../artifact/write-types.ts';
import type { CatalogTable } from '../../catalog/types.ts';
import type { TableConfiguration } from '../../metadata/types.ts';
import { quotedLabel } from './names.ts';
import { type BaseName, rootFieldName, type RootFieldWords, type RootNaming } from './naming.ts';
import { describe } from './root-fields.ts';
import type { RootFieldName, TrackedTable } from './tracked.ts';

const WORDS: Readonly<Record<WriteKind, RootFieldWords>> = {
  insert: { before: 'insert' },
  insert_one: { before: 'insert', after: 'one' },
  update: { before: 'update' },
  update_by_pk: { before: 'update', after: 'by_pk' },
  update_many: { before: 'update', after: 'many' },
  delete: { before: 'delete' },
  delete_by_pk: { before: 'delete', after: 'by_pk' },
};

const DESCRIPTIONS: Readonly<Record<WriteKind, string>> = {
  insert: 'insert data into the table:',
  insert_one: 'insert a single row into the table:',
  update: 'update data of the table:',
  update_by_pk: 'update single row of the table:',
  update_many: 'update multiples rows of table:',
  delete: 'delete data from the table:',
  delete_by_pk: 'delete single row from the table:',
};

/**
 * `insert_users`, `insert_users_one`, `update_users_by_pk`, …, unless `custom_root_fields` says otherwise.
 * @throws a refusal for a custom name GraphQL does not allow.
 */
export function mutationFieldNames(
  table: CatalogTable,
  naming: RootNaming,
  base: BaseName,
  configuration: TableConfiguration | undefined,
): Readonly<Record<WriteKind, RootFieldName>> {
  const name = (kind: WriteKind): RootFieldName => {
    const field = configuration?.custom_root_fields?.[kind];
    const given = typeof field === 'string' ? { name: field } : (field ?? {});
    return {
      name: rootFieldName(naming, base, WORDS[kind], given.name),
      description: describe(given.comment, null, `${DESCRIPTIONS[kind]} ${quotedLabel(table)}`),
    };
  };
  return {
    insert: name('insert'),
    insert_one: name('insert_one'),
    update: name('update'),
    update_by_pk: name('update_by_pk'),
    update_many: name('update_many'),
    delete: name('delete'),
    delete_by_pk: name('delete_by_pk'),
  };
}

/**
 * The fields a role has for a table: `keyVisible` when it may select the whole primary key. As in Hasura, a row can be
 * updated, deleted or returned alone only by roles that may select from the table.
 */
export function mutationFields(
  table: TrackedTable,
  model: WriteModel,
  ref: WriteRef,
  keyVisible: boolean,
): readonly WriteField[] {
  const { insert, update, select } = model;
  const selectable = select !== null;
  const kinds: WriteKind[] = [];
  if (insert) kinds.push('insert', ...(selectable ? (['insert_one'] as const) : []));
  if (update && selectable && update.columns.length + update.presets.length > 0) {
    kinds.push('update', 'update_many', ...(keyVisible ? (['update_by_pk'] as const) : []));
  }
  if (model.delete && selectable) kinds.push('delete', ...(keyVisible ? (['delete_by_pk'] as const) : []));
  return kinds.map((kind) => ({
    ...table.mutationFields[kind],
    kind,
    namespace: table.source.naming.namespace,
    write: ref,
  }));
}
