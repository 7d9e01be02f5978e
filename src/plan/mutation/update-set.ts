// The operators of an update (`_set`, `_inc`, `_append`, …) -> assignments, checked against what the role may change.

import type { WriteView } from '../../artifact/decode-writes.ts';
import type { ScalarType } from '../../artifact/types.ts';
import type { WriteColumn } from '../../artifact/write-types.ts';
import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import type { Sql } from '../../sql/sql.ts';
import { ident, sql } from '../../sql/sql.ts';
import type { Argument } from '../arguments.ts';
import { mismatch } from '../arguments.ts';
import type { PlanContext } from '../context.ts';
import { countTerm, invalid, requestParam } from '../context.ts';
import { presence, view } from '../input.ts';
import { columnValueSql, presetValueSql } from './values.ts';

/** An operator of updates. */
export interface UpdateOperator {
  /** As an argument. */
  readonly name: string;
  /** What its input type is called behind the table's name. */
  readonly typeKind:
    | 'set_input'
    | 'inc_input'
    | 'append_input'
    | 'prepend_input'
    | 'delete_key_input'
    | 'delete_elem_input'
    | 'delete_at_path_input';
  readonly description: string;
  /** Columns it works on. */
  readonly takes: (type: ScalarType) => boolean;
  /** Its operand; null: a value of the column's type. */
  readonly operand: ScalarType | null;
  readonly sql: (column: Sql, value: Sql) => Sql;
}

const builtIn = (name: string, graphql: string, array = false): ScalarType => ({
  pg: { schema: 'pg_catalog', name },
  array,
  kind: 'base',
  graphql,
});

const NUMERIC: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'money',
]);

const isNumeric = ({ pg, array }: ScalarType): boolean =>
  !array && pg.schema === 'pg_catalog' && NUMERIC.has(pg.name);
const isJsonb = ({ pg, array }: ScalarType): boolean =>
  !array && pg.schema === 'pg_catalog' && pg.name === 'jsonb';

/** In the order of Hasura. */
export const UPDATE_OPERATORS: readonly UpdateOperator[] = [
  {
    name: '_set',
    typeKind: 'set_input',
    description: 'sets the columns of the filtered rows to the given values',
    takes: () => true,
    operand: null,
    sql: (_, value) => value,
  },
  {
    name: '_inc',
    typeKind: 'inc_input',
    description: 'increments the numeric columns with given value of the filtered values',
    takes: isNumeric,
    operand: null,
    sql: (column, value) => sql`${column} + ${value}`,
  },
  {
    name: '_prepend',
    typeKind: 'prepend_input',
    description: 'prepend existing jsonb value of filtered columns with new jsonb value',
    takes: isJsonb,
    operand: null,
    sql: (column, value) => sql`${value} || ${column}`,
  },
  {
    name: '_append',
    typeKind: 'append_input',
    description: 'append existing jsonb value of filtered columns with new jsonb value',
    takes: isJsonb,
    operand: null,
    sql: (column, value) => sql`${column} || ${value}`,
  },
  {
    name: '_delete_key',
    typeKind: 'delete_key_input',
    description:
      'delete key/value pair or string element. key/value pairs are matched based on their key value',
    takes: isJsonb,
    operand: builtIn('text', 'String'),
    sql: (column, value) => sql`${column} - ${value}`,
  },
  {
    name: '_delete_elem',
    typeKind: 'delete_elem_input',
    description:
      'delete the array element with specified index (negative integers count from the end). throws an error if top level container is not an array',
    takes: isJsonb,
    operand: builtIn('int4', 'Int'),
    sql: (column, value) => sql`${column} - ${value}`,
  },
  {
    name: '_delete_at_path',
    typeKind: 'delete_at_path_input',
    description:
      'delete the field or element with specified path (for JSON arrays, negative integers count from the end)',
    takes: isJsonb,
    operand: builtIn('text', 'String', true),
    sql: (column, value) => sql`${column} #- ${value}`,
  },
];

/** The columns of a role's update permission that an operator works on. */
export function operatorColumns(
  ctx: { readonly type: (ref: WriteColumn['type']) => ScalarType },
  write: WriteView,
  { takes }: UpdateOperator,
): readonly WriteColumn[] {
  return (write.update?.columns ?? []).flatMap((name) => {
    const column = write.column(name);
    return column && takes(ctx.type(column.type)) ? [column] : [];
  });
}

/** The operators that work on a column the role may update: the others are no arguments of its schema. */
export function updateOperators(
  ctx: { readonly type: (ref: WriteColumn['type']) => ScalarType },
  write: WriteView,
): readonly UpdateOperator[] {
  return UPDATE_OPERATORS.filter((operator) => operatorColumns(ctx, write, operator).length > 0);
}

/**
 * `"name" = ($1)::…, "age" = "t:0"."age" + ($2)::…` as a list, the permission's presets at its end; empty when the client
 * changes nothing and nothing is preset.
 * @throws HedgeError `validation-failed` on a column that two operators change, at `place`.
 */
export function assignments(
  ctx: PlanContext,
  write: WriteView,
  {
    given,
    alias,
    place,
  }: { readonly given: ReadonlyMap<string, Argument>; readonly alias: Sql; readonly place: Path },
): readonly Sql[] {
  const sets = new Map<string, Sql>();
  const twice = new Set<string>();
  for (const operator of updateOperators(ctx.role, write)) {
    const argument = given.get(operator.name);
    if (!argument) continue;
    for (const { column, value } of operands(ctx, write, operator, argument)) {
      if (sets.has(column.column)) twice.add(column.name);
      const stored = sql`${alias}.${ident(column.column)}`;
      sets.set(column.column, sql`${ident(column.column)} = ${operator.sql(stored, value)}`);
    }
  }
  if (twice.size > 0)
    invalid(`Column found in multiple operators: [${[...twice].map((c) => `'${c}'`).join(', ')}].`, place);
  for (const preset of write.update?.presets ?? [])
    sets.set(preset.column, sql`${ident(preset.column)} = ${presetValueSql(ctx, preset)}`);
  return [...sets.values()];
}

function operands(
  ctx: PlanContext,
  write: WriteView,
  operator: UpdateOperator,
  argument: Argument,
): readonly { readonly column: WriteColumn; readonly value: Sql }[] {
  const typeName = write.typeOf(operator.typeKind);
  if (presence(ctx.reader, argument.input, typeName, argument.path) !== 'value') return [];
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const columns = operatorColumns(ctx.role, write, operator);
  return [...seen.fields].flatMap(([name, input]) => {
    countTerm(ctx);
    const path = at(argument.path, name);
    const column = columns.find((c) => c.name === name);
    if (!column) invalid(`field '${name}' not found in type: '${typeName}'`, path);
    const value = operandSql(ctx, operator, column, { input, path });
    return value ? [{ column, value }] : [];
  });
}

/** The operand as a value; undefined when a variable leaves it out. */
function operandSql(
  ctx: PlanContext,
  { operand }: UpdateOperator,
  column: WriteColumn,
  argument: Argument,
): Sql | undefined {
  const { input, path } = argument;
  const type = operand ?? ctx.role.type(column.type);
  const expected = type.array ? `[${type.graphql}!]` : type.graphql;
  if (presence(ctx.reader, input, expected, path) === 'absent') return undefined;
  if (!operand) return columnValueSql(ctx, column, argument);
  if (presence(ctx.reader, input, expected, path) === 'null')
    invalid(`unexpected null value for type '${type.graphql}'`, path);
  return requestParam(ctx, input, { kind: 'scalar', type }, path);
}
