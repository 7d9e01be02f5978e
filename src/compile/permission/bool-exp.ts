// A permission's filter, in Hasura's language -> BoolExp, with every name looked up. What cannot be read refuses the
// whole permission: a filter half understood would show too much.

import type { BoolExp } from '../../artifact/types.ts';
import type { QualifiedName } from '../../catalog/types.ts';
import { isObject } from '../../util/is-object.ts';
import { at, refuse } from '../inconsistency.ts';
import { label, nameKey, quotedLabel } from '../tables/names.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedComputedField, TrackedRows } from '../tables/tracked.ts';
import { allOf, columnExp, computedFieldExp, type Scope } from './comparison.ts';

/**
 * Reads a filter. Every key must hold; `{}` allows every row.
 * @throws a refusal naming the key that is unknown or malformed.
 */
export function compileFilter(types: TypeTable, table: TrackedRows, filter: unknown): BoolExp {
  return expression({ types, table, root: table }, filter);
}

function expression(scope: Scope, filter: unknown): BoolExp {
  if (!isObject(filter)) refuse('a boolean expression is an object');
  return allOf(Object.entries(filter).map(([key, value]) => at([key], () => member(scope, key, value))));
}

function member(scope: Scope, key: string, value: unknown): BoolExp {
  switch (key) {
    case '_and':
    case '$and':
      return { kind: 'and', exps: expressions(scope, value) };
    case '_or':
    case '$or':
      return { kind: 'or', exps: expressions(scope, value) };
    case '_not':
    case '$not':
      return { kind: 'not', exp: expression(scope, value) };
    case '_exists':
    case '$exists':
      return exists(scope, value);
    default:
      return field(scope, key, value);
  }
}

function expressions(scope: Scope, value: unknown): BoolExp[] {
  if (!Array.isArray(value)) refuse('a list of boolean expressions is expected');
  return value.map((item, i) => at([i], () => expression(scope, item)));
}

function exists(scope: Scope, value: unknown): BoolExp {
  if (!isObject(value)) refuse('_exists takes {_table, _where}');
  const { _table: name, _where: where, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) refuse(`_exists takes _table and _where, not "${unknown}"`);
  if (where === undefined) refuse('_exists needs _where');
  const qualified = qualifiedName(name);
  const { source } = scope.table;
  const table =
    source.tables.get(nameKey(qualified)) ??
    refuse(`table ${quotedLabel(qualified)} does not exist in source: ${source.metadata.name}`);
  const exp = at(['_where'], () => expression({ ...scope, table }, where));
  return { kind: 'exists', table: nameOf(table), exp };
}

function qualifiedName(name: unknown): QualifiedName {
  if (typeof name === 'string') return { schema: 'public', name };
  if (isObject(name)) {
    const { schema = 'public', name: table } = name;
    if (typeof schema === 'string' && typeof table === 'string') return { schema, name: table };
  }
  return refuse('_exists needs _table: {schema, name}');
}

/** A column, relationship or computed field; the permissions of a relationship's table do not apply here. */
function field(scope: Scope, key: string, value: unknown): BoolExp {
  const { table } = scope;
  const column = table.columns.get(key);
  if (column) return columnExp(scope, key, column.type, value);
  const relationship = table.relationships.get(key);
  if (relationship) {
    if (relationship.native || table.rowsOf) refuse(`the relationship "${key}" cannot be part of a filter`);
    const exp = expression({ ...scope, table: relationship.remote }, value);
    return { kind: 'relationship', table: nameOf(relationship.remote), mapping: relationship.mapping, exp };
  }
  const computed = table.computedFields.get(key);
  if (computed) return computedField(scope, computed, value);
  const owner = table.rowsOf?.kind.replace('_', ' ') ?? 'table';
  return refuse(`"${key}" does not exist in ${owner} "${label(table.catalog)}"`);
}

function computedField(scope: Scope, computed: TrackedComputedField, value: unknown): BoolExp {
  if (computed.arguments.length > 0) {
    refuse('Computed columns with input arguments can not be part of the where clause');
  }
  const { call, returns } = computed;
  if (returns.kind === 'scalar') return computedFieldExp(scope, call, returns.type, value);
  return { kind: 'computed_table', call, exp: expression({ ...scope, table: returns.table }, value) };
}

function nameOf(table: TrackedRows): QualifiedName {
  return { schema: table.catalog.schema, name: table.catalog.name };
}
