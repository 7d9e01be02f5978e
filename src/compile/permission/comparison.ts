// The operators of one column in a permission's filter -> comparisons with values, with other columns, and casts.

import { castTargetOf, operatorsOf } from '../../artifact/operators.ts';
import type { BoolExp, PermissionScalar, PermissionValue, ScalarType } from '../../artifact/types.ts';
import { isObject } from '../../util/is-object.ts';
import { at, refuse } from '../inconsistency.ts';
import { label } from '../tables/names.ts';
import { scalarKey, type TypeTable } from '../tables/scalars.ts';
import type { TrackedRows } from '../tables/tracked.ts';
import { permissionValue } from './permission-value.ts';

/** Where a filter is being read: the table it speaks of, and the permission's own table for `["$", "column"]`. */
export interface Scope {
  readonly types: TypeTable;
  readonly table: TrackedRows;
  readonly root: TrackedRows;
}

/** What is compared: a column, a cast of one, or a computed field. */
interface Compared {
  readonly type: ScalarType;
  /** Physical name where it is a column itself: only those have casts and compare with other columns. */
  readonly column: string | null;
  readonly compare: (op: string, value: PermissionValue) => BoolExp;
}

const COLUMN_OPERATORS: ReadonlySet<string> = new Set(['_ceq', '_cne', '_cgt', '_clt', '_cgte', '_clte']);

/**
 * The comparisons of a column: `{_gt: 1, _lt: 5}`, or a plain value for `_eq`. One that references an enum table is
 * the text it is in the database, and is compared with nothing that is no value of the enum.
 */
export function columnExp(scope: Scope, column: string, shown: ScalarType, value: unknown): BoolExp {
  const type = databaseType(shown);
  return comparisons(
    scope,
    {
      type,
      column,
      compare: (op, operand) => {
        checkEnumValues(shown, op, operand);
        return { kind: 'compare', column, type: scope.types.refer(type), op, value: operand };
      },
    },
    value,
  );
}

function databaseType({ enumValues, ...type }: ScalarType): ScalarType {
  return enumValues ? { ...type, graphql: 'String' } : type;
}

/**
 * Looks at literals for a column that references an enum table.
 * @throws a refusal, in Hasura's words, for one that is no value of the enum.
 */
export function checkEnumValues(
  { enumValues, graphql }: ScalarType,
  op: string,
  operand: PermissionValue,
): void {
  if (!enumValues || !['_eq', '_neq', '_in', '_nin'].includes(op) || operand.kind === 'session') return;
  const items: readonly PermissionScalar[] =
    operand.kind === 'list'
      ? operand.items
      : [operand.value].flat().map((value) => ({ kind: 'literal', value }));
  for (const item of items) {
    if (
      item.kind === 'session' ||
      item.value === null ||
      enumValues.some(({ value }) => value === item.value)
    )
      continue;
    const expected = enumValues.map(({ value }) => `"${value}"`).join(', ');
    refuse(
      `expected one of the values ${expected} for type "${graphql}", given ${JSON.stringify(item.value)}`,
    );
  }
}

/** The comparisons of a computed field that gives one value. */
export function computedFieldExp(
  scope: Scope,
  call: (BoolExp & { kind: 'computed_field' })['call'],
  type: ScalarType,
  value: unknown,
): BoolExp {
  return comparisons(
    scope,
    {
      type,
      column: null,
      compare: (op, operand) => ({
        kind: 'computed_field',
        call,
        type: scope.types.refer(type),
        op,
        value: operand,
      }),
    },
    value,
  );
}

function comparisons(scope: Scope, compared: Compared, value: unknown): BoolExp {
  if (compared.type.pg.name === 'json' && !compared.type.array) {
    refuse('JSON column can not be part of boolean expression'); // Postgres has no = for it
  }
  const equals = (operand: unknown): BoolExp =>
    compared.compare('_eq', permissionValue('_eq', compared.type, operand));
  if (value === null) {
    // As in Hasura `{column: null}` holds where the column is null, and its `_not` nowhere.
    const isNull = compared.compare('_is_null', { kind: 'literal', value: true });
    return { kind: 'or', exps: [equals(null), isNull] };
  }
  if (!isObject(value)) return equals(value);
  return allOf(
    Object.entries(value).map(([name, operand]) =>
      at([name], () => comparison(scope, compared, name, operand)),
    ),
  );
}

/** All of them must hold; none means true. */
export function allOf(exps: readonly BoolExp[]): BoolExp {
  const [first, ...others] = exps;
  if (!first) return { kind: 'true' };
  return others.length === 0 ? first : { kind: 'and', exps };
}

function comparison(scope: Scope, compared: Compared, name: string, operand: unknown): BoolExp {
  const { type, column } = compared;
  const op = canonical(name);
  if (op === '_cast' && column !== null) return castComparisons(scope, column, type, operand);
  if (COLUMN_OPERATORS.has(op) && column !== null) return columnComparison(scope, column, op, operand);
  if (!operatorsOf(type).includes(op)) {
    refuse(`unexpected operator "${name}" for a column of type "${typeLabel(type)}"`);
  }
  return compared.compare(op, permissionValue(op, type, operand));
}

/** `$eq` as `_eq`, `_ne` as `_neq`, `_cneq` as `_cne`. */
function canonical(op: string): string {
  const name = op.startsWith('$') ? `_${op.slice(1)}` : op;
  if (name === '_ne') return '_neq';
  return name === '_cneq' ? '_cne' : name;
}

function castComparisons(scope: Scope, column: string, type: ScalarType, value: unknown): BoolExp {
  const target = castTargetOf(type);
  if (!target) refuse(`a column of type "${typeLabel(type)}" has no _cast`);
  if (!isObject(value)) refuse('_cast takes an object');
  const to: ScalarType = {
    // geometry and geography live where PostGIS was installed
    pg: { schema: target.pgName === 'text' ? 'pg_catalog' : type.pg.schema, name: target.pgName },
    array: false,
    kind: 'base',
    graphql: target.key,
  };
  const compare = (op: string, operand: PermissionValue): BoolExp => ({
    kind: 'cast',
    column,
    type: scope.types.refer(type),
    to: scope.types.refer(to),
    op,
    value: operand,
  });
  return allOf(
    Object.entries(value).map(([key, inner]) =>
      at([key], () => {
        if (key !== target.key && key !== target.pgName) {
          refuse(`cannot cast column of type "${typeLabel(type)}" to type "${key}"`);
        }
        return comparisons(scope, { type: to, column: null, compare }, inner);
      }),
    ),
  );
}

/**
 * `"other"` and `["other"]` are a column of the same row, `["$", "other"]` one of the permission's own table. Beyond
 * Hasura, object relationships may lead to it: `["author", "name"]`.
 */
function columnComparison(scope: Scope, column: string, op: string, value: unknown): BoolExp {
  const path = columnPath(value);
  const root = path[0] === '$';
  let table = root ? scope.root : scope.table;
  const via = path.slice(root ? 1 : 0, -1).map((name) => {
    const relationship = table.relationships.get(name);
    if (relationship?.kind !== 'object' || relationship.native || table.rowsOf) {
      return refuse(`"${name}" is not an object relationship of table "${label(table.catalog)}"`);
    }
    table = relationship.remote;
    const { schema, name: remote } = table.catalog;
    return { table: { schema, name: remote }, mapping: relationship.mapping };
  });
  const other = path.at(-1) ?? '';
  const otherType =
    table.columns.get(other)?.type ?? refuse(`"${other}" does not exist in table "${label(table.catalog)}"`);
  const ownType = scope.table.columns.get(column)?.type;
  if (!ownType || scalarKey(ownType) !== scalarKey(otherType)) {
    refuse(
      `incompatible column types: "${column}" has type "${ownType ? typeLabel(ownType) : ''}", ` +
        `but "${other}" has type "${typeLabel(otherType)}"`,
    );
  }
  return { kind: 'compare_columns', column, op, other, via, root };
}

function columnPath(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  const path = Array.isArray(value) ? value.filter((part) => typeof part === 'string') : [];
  if (!Array.isArray(value) || path.length === 0 || path.length < value.length) {
    return refuse('a column comparison takes the name of a column, or a path to one');
  }
  return path;
}

function typeLabel(type: ScalarType): string {
  return type.array ? `${type.pg.name}[]` : type.pg.name;
}
