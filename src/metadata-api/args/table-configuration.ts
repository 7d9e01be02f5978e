// The key `configuration` of a table -> the metadata's.

import type { CustomRootField, RootFieldName, TableConfiguration } from '../../metadata/types.ts';
import { dictionary, failParse, graphqlName, object, type Parser, text } from './parse.ts';

const ROOT_FIELDS: readonly RootFieldName[] = [
  'select',
  'select_by_pk',
  'select_aggregate',
  'select_stream',
  'insert',
  'insert_one',
  'update',
  'update_by_pk',
  'update_many',
  'delete',
  'delete_by_pk',
];

type CustomRootFields = Partial<Record<RootFieldName, CustomRootField>>;

const rootField: Parser<CustomRootField | undefined> = (value, path) => {
  if (typeof value === 'string') return graphqlName(value, path);
  return object('CustomRootField', (fields) => {
    const name = fields.optional('name', graphqlName);
    const comment = fields.optional('comment', text);
    if (comment === undefined) return name;
    return { ...(name === undefined ? {} : { name }), comment };
  })(value, path);
};

/** Custom names of root fields; those that only say null are left out. */
export const customRootFields: Parser<CustomRootFields> = (value, path) =>
  object('Object', (fields) => {
    const read: CustomRootFields = {};
    for (const name of ROOT_FIELDS) {
      const field = fields.optional(name, rootField);
      if (field !== undefined) read[name] = field;
    }
    const names = Object.values(read).flatMap((field) =>
      typeof field === 'string' ? field : (field?.name ?? []),
    );
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
    if (twice.length > 0) {
      failParse(`the following custom root field names are duplicated: ${englishList(twice)}`, path);
    }
    return read;
  })(value, path);

function englishList(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  return `${names.slice(0, -1).join(', ')}, and ${names.at(-1)}`;
}

const columnConfig = object('ColumnConfig', (fields) => {
  const custom_name = fields.optional('custom_name', graphqlName);
  const comment = fields.optional('comment', text);
  return {
    ...(custom_name === undefined ? {} : { custom_name }),
    ...(comment === undefined ? {} : { comment }),
  };
});

/** `{"column": "name"}`, the deprecated way to name columns. */
export const customColumnNames: Parser<Record<string, string>> = dictionary(graphqlName);

/** A table's configuration as Hasura keeps it: see `columnConfiguration` for the two keys about columns. */
export const tableConfiguration: Parser<TableConfiguration> = object('TableConfig', (fields) => {
  const roots = fields.optional('custom_root_fields', customRootFields) ?? {};
  const columns = columnConfiguration(
    fields.optional('column_config', dictionary(columnConfig)) ?? {},
    fields.optional('custom_column_names', customColumnNames) ?? {},
  );
  const custom_name = fields.optional('custom_name', graphqlName);
  const comment = fields.optional('comment', text);
  return {
    ...(Object.keys(roots).length === 0 ? {} : { custom_root_fields: roots }),
    ...columns,
    ...(custom_name === undefined ? {} : { custom_name }),
    ...(comment === undefined ? {} : { comment }),
  };
});

/**
 * What the configuration says about columns: `column_config`, which counts where `custom_column_names` says something
 * else, and beside it the custom names alone under the deprecated key, as Hasura's exports show them.
 */
export function columnConfiguration(
  config: NonNullable<TableConfiguration['column_config']>,
  names: Readonly<Record<string, string>>,
): Pick<TableConfiguration, 'column_config' | 'custom_column_names'> {
  const merged = new Map<
    string,
    { readonly custom_name?: string | null; readonly comment?: string | null }
  >();
  for (const [column, name] of Object.entries(names)) merged.set(column, { custom_name: name });
  for (const [column, given] of Object.entries(config))
    merged.set(column, { ...merged.get(column), ...given });
  const custom = [...merged].flatMap(([column, { custom_name: name }]) =>
    name == null ? [] : [[column, name] as const],
  );
  return {
    ...(merged.size === 0 ? {} : { column_config: Object.fromEntries(merged) }),
    ...(custom.length === 0 ? {} : { custom_column_names: Object.fromEntries(custom) }),
  };
}
