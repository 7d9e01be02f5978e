// The args of the commands about tables.

import type { TableConfiguration } from '../../metadata/types.ts';
import { qualifiedName, sourceField, type TableArgs, tableFields } from './names.ts';
import { bool, either, list, nonEmptyText, object, oneOf, type Parser } from './parse.ts';
import {
  customColumnNames,
  columnConfiguration,
  customRootFields,
  tableConfiguration,
} from './table-configuration.ts';

export interface TrackTableArgs extends TableArgs {
  readonly isEnum: boolean;
  readonly configuration: TableConfiguration;
  readonly apolloFederation: { readonly enable: 'v1' } | undefined;
  readonly logicalModel: string | undefined;
}

const apolloFederationConfig = object('ApolloFederationConfig', (fields) => ({
  enable: fields.required('enable', oneOf(['v1'], 'enable takes the version of the federation: "v1"')),
}));

/** A table alone, as version 1 of the command takes it: `"author"`, `{"schema", "name"}`. */
const bareTable: Parser<TrackTableArgs> = (value, path) => ({
  source: 'default',
  table: qualifiedName(value, path),
  isEnum: false,
  configuration: {},
  apolloFederation: undefined,
  logicalModel: undefined,
});

const tableWithOptions: Parser<TrackTableArgs> = object('TrackTable', (fields) => ({
  ...tableFields(fields),
  isEnum: fields.optional('is_enum', bool) ?? false,
  configuration: {},
  apolloFederation: fields.optional('apollo_federation_config', apolloFederationConfig),
  logicalModel: fields.optional('logical_model', nonEmptyText),
}));

const configurationField = object('TrackTableV2', (fields) =>
  fields.optional('configuration', tableConfiguration),
);

/** As Hasura: what has no `table` is read as a table's name, and mistakes elsewhere end there too. */
export const trackTableArgs: Parser<TrackTableArgs> = (value, path) => {
  const args = either(tableWithOptions, bareTable)(value, path);
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? { ...args, configuration: configurationField(value, path) ?? {} } : args;
};

export interface UntrackTableArgs extends TableArgs {
  readonly cascade: boolean;
}

export const untrackTableArgs: Parser<UntrackTableArgs> = object('UntrackTable', (fields) => ({
  ...tableFields(fields),
  cascade: fields.optional('cascade', bool) ?? false,
}));

/** `{"tables": [...], "allow_warnings"}` */
export function manyTablesArgs<T>(type: string, one: Parser<T>) {
  return object(type, (fields) => ({
    tables: fields.required('tables', list(one)),
    allowWarnings: fields.optional('allow_warnings', bool) ?? true,
  }));
}

export const setTableIsEnumArgs = object('SetTableIsEnum', (fields) => ({
  ...tableFields(fields),
  isEnum: fields.required('is_enum', bool),
}));

export const setTableCustomizationArgs = object('SetTableCustomization', (fields) => ({
  ...tableFields(fields),
  configuration: fields.required('configuration', tableConfiguration),
}));

/** The command of Hasura 1 that had no `configuration` around its keys. */
export const setTableCustomFieldsArgs = object('SetTableCustomFields', (fields) => {
  const roots = fields.optional('custom_root_fields', customRootFields) ?? {};
  const columns = columnConfiguration({}, fields.optional('custom_column_names', customColumnNames) ?? {});
  const configuration: TableConfiguration = {
    ...(Object.keys(roots).length === 0 ? {} : { custom_root_fields: roots }),
    ...columns,
  };
  return { ...tableFields(fields), configuration };
});

export const setApolloFederationConfigArgs = object('SetApolloFederationConfig', (fields) => ({
  source: sourceField(fields),
  table: fields.required('table', qualifiedName),
  apolloFederation: fields.optional('apollo_federation_config', apolloFederationConfig),
}));
