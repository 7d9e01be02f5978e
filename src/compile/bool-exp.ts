// A permission's filter, in Hasura's language -> BoolExp, with every name looked up. What cannot be read refuses the
// whole permission: a filter half understood would show too much.

import { castTargetOf, operatorsOf } from '../artifact/operators.ts';
import type { BoolExp, PermissionScalar, PermissionValue, ScalarType } from '../artifact/types.ts';
import type { QualifiedName } from '../catalog/types.ts';
import { at, refuse } from './inconsistency.ts';
import { label, nameKey, quotedLabel } from './names.ts';
import type { TypeTable } from './scalars.ts';
import type { TrackedTable } from './tracked.ts';

/** Where a filter is being read: the table it speaks of, and the permission's own table for `["$", "column"]`. */
interface Scope {
  readonly types: TypeTable;
  readonly table: TrackedTable;
  readonly root: TrackedTable;
}

/**
 * Reads a filter. Every key must hold; `{}` allows every row.
 * @throws a refusal naming the key that is unknown or malformed.
 */
export function compileFilter(types: TypeTable, table: TrackedTable, filter: unknown): BoolExp {
  return expression({ types, table, root: table }, filter);
}

function expression(scope: Scope, filter: unknown): BoolExp {
  if (!isObject(filter)) refuse('a boolean expression is an object');
  const exps = Object.entries(filter).map(([key, value]) => at([key], () => member(scope, key, value)));
  const [first] = exps;
  if (!first) return { kind: 'true' };
  return exps.length === 1 ? first : { kind: 'and', exps };
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
  const table = scope.table.source.tables.get(nameKey(qualified));
  if (!table)
    refuse(`table ${quotedLabel(qualified)} is not tracked in source: "${scope.table.source.metadata.name}"`);
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

function field(scope: Scope, key: string, value: unknown): BoolExp {
  const { table, types } = scope;
  const column = table.columns.get(key);
  if (column) {
    const compare = (op: string, operand: PermissionValue): BoolExp => ({
      kind: 'compare',
      column: key,
      type: types.refer(column.type),
      op,
      value: operand,
    });
    return comparisons(scope, key, column.type, value, compare);
  }
  const relationship = table.relationships.get(key);
  if (relationship) {
    const exp = expression({ ...scope, table: relationship.remote }, value);
    return { kind: 'relationship', table: nameOf(relationship.remote), mapping: relationship.mapping, exp };
  }
  const computed = table.computedFields.get(key);
  if (!computed) refuse(`"${key}" does not exist in table "${label(table.catalog)}"`);
  if (computed.arguments.some((a) => !a.hasDefault))
    refuse(`the computed field "${key}" needs arguments, so it cannot be used in a permission`);
  if (computed.returns.kind === 'table') {
    return {
      kind: 'computed_table',
      call: computed.call,
      exp: expression({ ...scope, table: computed.returns.table }, value),
    };
  }
  const { type } = computed.returns;
  const compare = (op: string, operand: PermissionValue): BoolExp => ({
    kind: 'computed_field',
    call: computed.call,
    type: types.refer(type),
    op,
    value: operand,
  });
  return comparisons(scope, null, type, value, compare);
}

/** The operators of one column, all of which must hold; a plain value means `_eq`. */
function comparisons(
  scope: Scope,
  column: string | null,
  type: ScalarType,
  value: unknown,
  compare: (op: string, operand: PermissionValue) => BoolExp,
): BoolExp {
  if (!isObject(value)) return compare('_eq', operand('_eq', value));
  const exps = Object.entries(value).map(([name, given]) =>
    at([name], () => {
      const op = canonical(name);
      if (op === '_cast' && column !== null) return castComparisons(scope, column, type, given);
      if (Object.hasOwn(COLUMN_OPERATORS, op) && column !== null)
        return columnComparison(scope, column, op, given);
      if (!operatorsOf(type).includes(op))
        refuse(`unexpected operator "${name}" for a column of type "${type.pg.name}"`);
      return compare(op, operand(op, given));
    }),
  );
  const [first] = exps;
  if (!first) return { kind: 'true' };
  return exps.length === 1 ? first : { kind: 'and', exps };
}

/** `$eq` as `_eq`, `_ne` as `_neq`, `_cneq` as `_cne`. */
function canonical(op: string): string {
  const name = op.startsWith('$') ? `_${op.slice(1)}` : op;
  if (name === '_ne') return '_neq';
  return name === '_cneq' ? '_cne' : name;
}

const COLUMN_OPERATORS = { _ceq: 1, _cne: 1, _cgt: 1, _clt: 1, _cgte: 1, _clte: 1 };

function castComparisons(scope: Scope, column: string, type: ScalarType, value: unknown): BoolExp {
  const target = castTargetOf(type);
  if (!target) refuse(`a column of type "${type.pg.name}" has no _cast`);
  if (!isObject(value)) refuse('_cast takes an object');
  const exps = Object.entries(value).map(([key, inner]) =>
    at([key], () => {
      if (key !== target.key && key.toLowerCase() !== target.pgName)
        refuse(`a column of type "${type.pg.name}" cannot be cast to "${key}"`);
      const to: ScalarType = {
        pg: { schema: target.pgName === 'text' ? 'pg_catalog' : type.pg.schema, name: target.pgName },
        array: false,
        kind: 'base',
        graphql: target.key,
      };
      return comparisons(scope, null, to, inner, (op, operand) => ({
        kind: 'cast',
        column,
        type: scope.types.refer(type),
        to: scope.types.refer(to),
        op,
        value: operand,
      }));
    }),
  );
  return { kind: 'and', exps };
}

/** `"other"`, `["other"]`, `["$", "other"]`, `["author", "name"]`: a column of this row, the root's, or a related row. */
function columnComparison(scope: Scope, column: string, op: string, value: unknown): BoolExp {
  const given = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(given) || given.length === 0 || given.some((part) => typeof part !== 'string')) {
    refuse('a column comparison takes the name of a column, or a path to one');
  }
  const path = given as string[];
  const root = path[0] === '$';
  const steps = path.slice(root ? 1 : 0, -1);
  let table = root ? scope.root : scope.table;
  const via = steps.map((name) => {
    const relationship = table.relationships.get(name);
    if (relationship?.kind !== 'object')
      refuse(`"${name}" is not an object relationship of table "${label(table.catalog)}"`);
    table = relationship.remote;
    return { table: nameOf(relationship.remote), mapping: relationship.mapping };
  });
  const other = path.at(-1) ?? '';
  if (!table.columns.has(other)) refuse(`"${other}" does not exist in table "${label(table.catalog)}"`);
  return { kind: 'compare_columns', column, op, other, via, root };
}

function operand(op: string, value: unknown): PermissionValue {
  if (value === null || value === undefined) refuse('unexpected null value: use _is_null');
  switch (op) {
    case '_is_null':
      if (typeof value !== 'boolean' && !isSession(value)) refuse('_is_null takes true or false');
      return scalar(value);
    case '_in':
    case '_nin':
    case '_has_keys_any':
    case '_has_keys_all':
    case '_ancestor_any':
    case '_descendant_any':
    case '_matches_any':
      return list(value);
    case '_st_d_within':
    case '_st_3d_d_within':
      return members(value, ['distance', 'from']);
    case '_st_intersects_nband_geom':
      return members(value, ['nband', 'geommin']);
    case '_st_intersects_geom_nband':
      return members(value, ['geommin']);
    default:
      return Array.isArray(value) && value.some(isSession) ? list(value) : scalar(value);
  }
}

function scalar(value: unknown): PermissionScalar {
  return isSession(value) ? { kind: 'session', name: value.toLowerCase() } : { kind: 'literal', value };
}

function list(value: unknown): PermissionValue {
  if (isSession(value)) return scalar(value);
  if (typeof value === 'string' && value.startsWith('{')) return { kind: 'literal', value };
  if (!Array.isArray(value)) refuse('a list, or a session variable that holds one, is expected');
  if (value.some((item) => item === null)) refuse('unexpected null value in a list');
  if (!value.some(isSession)) return { kind: 'literal', value };
  return { kind: 'list', items: value.map(scalar) };
}

function members(value: unknown, required: readonly string[]): PermissionValue {
  if (!isObject(value)) refuse(`an object with ${required.join(' and ')} is expected`);
  for (const name of required) if (!Object.hasOwn(value, name)) refuse(`"${name}" is missing`);
  return { kind: 'literal', value };
}

function isSession(value: unknown): value is string {
  return typeof value === 'string' && /^x-hasura-/i.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(table: TrackedTable): { readonly schema: string; readonly name: string } {
  return { schema: table.catalog.schema, name: table.catalog.name };
}
