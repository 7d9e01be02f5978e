// Commands that track, untrack and configure tables.

import { quotedLabel } from '../../compile/tables/names.ts';
import type { Path } from '../../error/path.ts';
import type { Metadata, TableConfiguration, TableMetadata } from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import {
  setApolloFederationConfigArgs,
  setTableCustomFieldsArgs,
  setTableCustomizationArgs,
  setTableIsEnumArgs,
  trackTableArgs,
  type TrackTableArgs,
  untrackTableArgs,
} from '../args/tables.ts';
import type { SchemaObject } from '../dependencies/types.ts';
import type { Change } from '../types.ts';
import { about, command, type Commands, fail, type Input, noneNew } from './command.ts';
import { drop } from './drop.ts';
import { withKey, withSource, withTable } from './edit.ts';
import { findSource, findTable, isSameName, trackedTable } from './find.ts';
import { tableId } from './ids.ts';

export const TABLE_COMMANDS = {
  track_table: command(trackTableArgs, ({ metadata, args, path }) => {
    checkTrackable(metadata, args, path);
    return about(trackTable(metadata, args), tableId(args));
  }),
  untrack_table: command(untrackTableArgs, ({ metadata, args, context, path }) => {
    checkTracked(metadata, args, path);
    return noneNew(drop(tableObject(args), { metadata, context, path, cascade: args.cascade }));
  }),
  set_table_is_enum: command(setTableIsEnumArgs, (input) =>
    changeTable(input, (table) => withKey(table, 'is_enum', input.args.isEnum ? true : undefined)),
  ),
  set_table_customization: command(setTableCustomizationArgs, (input) =>
    changeTable(input, (table) => configured(table, input.args.configuration)),
  ),
  set_table_custom_fields: command(setTableCustomFieldsArgs, (input) =>
    changeTable(input, (table) => configured(table, input.args.configuration)),
  ),
  set_apollo_federation_config: command(setApolloFederationConfigArgs, (input) =>
    changeTable(input, (table) => withKey(table, 'apollo_federation_config', input.args.apolloFederation)),
  ),
} satisfies Commands;

/** @throws HedgeError when the table is tracked, or its name is taken by a function. */
export function checkTrackable(metadata: Metadata, args: TableArgs, path: Path): void {
  const source = findSource(metadata, args.source, path);
  const name = quotedLabel(args.table);
  if (trackedTable(metadata, args)) fail('already-tracked', `view/table already tracked: ${name}`, path);
  if (source.functions?.some((fn) => isSameName(fn.function, args.table)) === true) {
    fail('not-supported', `function with name ${name} already exists`, path);
  }
}

/** The metadata with the table tracked, after the others. */
export function trackTable(metadata: Metadata, args: TrackTableArgs): Metadata {
  const { table, isEnum, configuration, apolloFederation, logicalModel } = args;
  const tracked: TableMetadata = {
    table,
    ...(isEnum ? { is_enum: true } : {}),
    ...(Object.keys(configuration).length === 0 ? {} : { configuration }),
    ...(apolloFederation === undefined ? {} : { apollo_federation_config: apolloFederation }),
    ...(logicalModel === undefined ? {} : { logical_model: logicalModel }),
  };
  return withSource(metadata, args.source, (source) => ({ ...source, tables: [...source.tables, tracked] }));
}

/** @throws HedgeError `already-untracked` */
export function checkTracked(metadata: Metadata, args: TableArgs, path: Path): void {
  if (trackedTable(metadata, args)) return;
  fail('already-untracked', `view/table already untracked: ${quotedLabel(args.table)}`, path);
}

export function tableObject({ source, table }: TableArgs): SchemaObject {
  return { kind: 'table', source, table };
}

function configured(table: TableMetadata, configuration: TableConfiguration): TableMetadata {
  return withKey(table, 'configuration', Object.keys(configuration).length === 0 ? undefined : configuration);
}

function changeTable(input: Input<TableArgs>, change: (table: TableMetadata) => TableMetadata): Change {
  const { metadata, args } = input;
  findTable(input, args);
  return about(withTable(metadata, args, change), tableId(args));
}
