// A role's select permission on a table -> what of the table the role may see, and which rows.

import type { BoolExp } from '../../artifact/types.ts';
import type { SelectPermission } from '../../metadata/types.ts';
import { at, refuse } from '../inconsistency.ts';
import { quotedLabel } from '../tables/names.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedRows } from '../tables/tracked.ts';
import { compileFilter } from './bool-exp.ts';

/** What a role may do with a table. */
export interface CompiledPermission {
  /** By physical name, the rows in which the value is seen: `true` for all that pass the filter, unless inherited. */
  readonly columns: ReadonlyMap<string, BoolExp>;
  /** Computed fields that give a value, or rows of no table, in the same way. */
  readonly computedFields: ReadonlyMap<string, BoolExp>;
  readonly filter: BoolExp;
  readonly limit: number | null;
  readonly allowAggregations: boolean;
  /** null: every root field. */
  readonly queryRootFields: ReadonlySet<string> | null;
  readonly subscriptionRootFields: ReadonlySet<string> | null;
}

/** The administrator's: everything. */
export function adminPermission(table: TrackedRows): CompiledPermission {
  return {
    columns: inAllRows(table.columns.keys()),
    computedFields: inAllRows(table.computedFields.keys()),
    filter: { kind: 'true' },
    limit: null,
    allowAggregations: table.rowsOf === undefined,
    queryRootFields: null,
    subscriptionRootFields: null,
  };
}

/**
 * Reads a permission of the metadata.
 * @throws a refusal when any part of it names what is not there: the role then does not get the table at all.
 */
export function compileSelectPermission(
  types: TypeTable,
  table: TrackedRows,
  permission: SelectPermission,
): CompiledPermission {
  if (permission.columns !== '*') {
    for (const [i, column] of permission.columns.entries())
      at(['columns', i], () => checkColumn(table, column));
  }
  for (const [i, field] of (permission.computed_fields ?? []).entries()) {
    at(['computed_fields', i], () => checkComputedField(table, field));
  }
  const limit = permission.limit ?? null;
  if (limit !== null && (!Number.isSafeInteger(limit) || limit < 0))
    at(['limit'], () => refuse('unexpected negative value for limit'));
  return {
    columns: inAllRows(permission.columns === '*' ? table.columns.keys() : permission.columns),
    computedFields: inAllRows(permission.computed_fields ?? []),
    filter: at(['filter'], () => compileFilter(types, table, permission.filter)),
    limit,
    // There are no aggregates of what is no table.
    allowAggregations: table.rowsOf === undefined && permission.allow_aggregations === true,
    queryRootFields: setOrAll(permission.query_root_fields),
    subscriptionRootFields: setOrAll(permission.subscription_root_fields),
  };
}

function setOrAll(names: readonly string[] | null | undefined): ReadonlySet<string> | null {
  return names ? new Set(names) : null;
}

const ALL_ROWS: BoolExp = { kind: 'true' };

function inAllRows(names: Iterable<string>): ReadonlyMap<string, BoolExp> {
  const rows = new Map<string, BoolExp>();
  for (const name of names) rows.set(name, ALL_ROWS);
  return rows;
}

function checkColumn(table: TrackedRows, name: string): void {
  if (table.columns.has(name)) return;
  const other = table.relationships.has(name)
    ? 'relationship; permissions for relationships are automatically inferred'
    : table.computedFields.has(name)
      ? 'computed field; list it under computed_fields'
      : null;
  refuse(
    other === null
      ? `column "${name}" does not exist`
      : `expecting a database column; but, "${name}" is a ${other}`,
  );
}

function checkComputedField(table: TrackedRows, name: string): void {
  const returns =
    table.computedFields.get(name)?.returns ?? refuse(`computed field "${name}" does not exist`);
  if (returns.kind === 'table' && !returns.table.rowsOf) {
    refuse(
      `select permissions on computed field "${name}" are auto-derived from the permissions on its returning table ` +
        `${quotedLabel(returns.table.catalog)} and cannot be specified manually`,
    );
  }
}
