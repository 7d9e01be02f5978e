// A boolean expression of a permission -> the same with its names as a visitor wants them: one walk for those who only
// look at the names and those who change them.

import type { BooleanExpression, TableName } from '../../metadata/types.ts';
import { isObject } from '../../util/is-object.ts';
import type { Lookup } from './lookup.ts';

/** Is told each name of an expression and gives the one to put in its place. */
export interface ExpressionVisitor {
  /** `typed`: the expression holds a value for the column, so that it depends on the column's type. */
  column(table: TableName, name: string, typed: boolean): string;
  relationship(table: TableName, name: string): string;
  computedField(table: TableName, name: string): string;
  /** The table of an `_exists`. The same object: the name stays. */
  table(name: TableName): TableName;
}

interface Scope {
  readonly lookup: Lookup;
  readonly visitor: ExpressionVisitor;
  /** The table that the names are of. */
  readonly table: TableName;
  /** The permission's own, for `["$", "column"]`. */
  readonly root: TableName;
}

/** Walks an expression about rows of `table`. What it cannot read it leaves as it is: the compiler reports that. */
export function mapExpression(
  lookup: Lookup,
  table: TableName,
  expression: BooleanExpression,
  visitor: ExpressionVisitor,
): BooleanExpression {
  return mapped({ lookup, visitor, table, root: table }, expression);
}

function mapped(scope: Scope, expression: BooleanExpression): BooleanExpression {
  return Object.fromEntries(Object.entries(expression).map(([key, value]) => member(scope, key, value)));
}

function ifExpression(scope: Scope, value: unknown): unknown {
  return isObject(value) ? mapped(scope, value) : value;
}

function member(scope: Scope, key: string, value: unknown): [string, unknown] {
  switch (key) {
    case '_and':
    case '$and':
    case '_or':
    case '$or':
      return [key, Array.isArray(value) ? value.map((item) => ifExpression(scope, item)) : value];
    case '_not':
    case '$not':
      return [key, ifExpression(scope, value)];
    case '_exists':
    case '$exists':
      return [key, exists(scope, value)];
    default:
      return field(scope, key, value);
  }
}

function exists(scope: Scope, value: unknown): unknown {
  if (!isObject(value)) return value;
  const table = tableName(value['_table']);
  if (!table) return value;
  const named = scope.visitor.table(table);
  return {
    ...value,
    _table: named === table ? value['_table'] : named, // unchanged it stays in the form it was written in
    _where: ifExpression({ ...scope, table }, value['_where']),
  };
}

function tableName(value: unknown): TableName | undefined {
  if (typeof value === 'string') return { schema: 'public', name: value };
  if (!isObject(value)) return undefined;
  const { schema = 'public', name } = value;
  return typeof schema === 'string' && typeof name === 'string' ? { schema, name } : undefined;
}

function field(scope: Scope, key: string, value: unknown): [string, unknown] {
  const { lookup, visitor, table } = scope;
  const relationship = lookup.relationship(table, key);
  if (relationship) {
    const target = lookup.link(table, relationship)?.target;
    return [visitor.relationship(table, key), within(scope, target, value)];
  }
  const aggregated = key.endsWith('_aggregate') ? key.slice(0, -'_aggregate'.length) : undefined;
  const many = aggregated === undefined ? undefined : lookup.relationship(table, aggregated);
  if (aggregated !== undefined && many) {
    const target = lookup.link(table, many)?.target;
    return [`${visitor.relationship(table, aggregated)}_aggregate`, aggregate(scope, target, value)];
  }
  if (lookup.isComputedField(table, key)) {
    const target = lookup.computedTable(table, key);
    return [visitor.computedField(table, key), within(scope, target, value)];
  }
  // What a column is compared with first: it decides whether the column's type matters.
  const comparison = comparisons(scope, value);
  return [visitor.column(table, key, comparison.typed), comparison.value];
}

/** An expression about the table that a relationship or computed field leads to; without a table, comparisons. */
function within(scope: Scope, target: TableName | undefined, value: unknown): unknown {
  return target ? ifExpression({ ...scope, table: target }, value) : value;
}

/** `{count: {arguments: [column], filter: {…}, predicate: {…}}}` */
function aggregate(scope: Scope, target: TableName | undefined, value: unknown): unknown {
  if (!target || !isObject(value)) return value;
  const column = (name: unknown): unknown =>
    typeof name === 'string' ? scope.visitor.column(target, name, false) : name;
  const part = (key: string, of: unknown): unknown => {
    if (key === 'filter') return within(scope, target, of);
    if (key === 'arguments') return Array.isArray(of) ? of.map(column) : column(of);
    return of;
  };
  return mapValues(value, (_, call) => (isObject(call) ? mapValues(call, part) : call));
}

function mapValues(
  object: Readonly<Record<string, unknown>>,
  map: (key: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]));
}

const COLUMN_OPERATORS: ReadonlySet<string> = new Set(
  ['ceq', 'cne', 'cneq', 'cgt', 'clt', 'cgte', 'clte'].flatMap((op) => [`_${op}`, `$${op}`]),
);

interface Comparison {
  readonly value: unknown;
  /** Something is compared with a value that is written out: Postgres reads it by the column's type. */
  readonly typed: boolean;
}

function comparisons(scope: Scope, value: unknown): Comparison {
  if (!isObject(value)) return { value, typed: isWrittenOut(value) };
  let typed = false;
  const entries = Object.entries(value).map(([op, operand]): [string, unknown] => {
    if (COLUMN_OPERATORS.has(op)) return [op, otherColumn(scope, operand)];
    if (op === '_cast' || op === '$cast') {
      typed ||= isObject(operand) && Object.values(operand).some((of) => comparisons(scope, of).typed);
    } else if (op !== '_is_null' && op !== '$is_null') {
      typed ||= isWrittenOut(operand);
    }
    return [op, operand];
  });
  return { value: Object.fromEntries(entries), typed };
}

/** `"other"`, `["other"]`, `["$", "other"]`, and paths over object relationships: `["author", "name"]`. */
function otherColumn(scope: Scope, operand: unknown): unknown {
  const { visitor, lookup } = scope;
  if (typeof operand === 'string') return visitor.column(scope.table, operand, true);
  if (!Array.isArray(operand)) return operand;
  const path = operand as readonly unknown[];
  let table: TableName | undefined = path[0] === '$' ? scope.root : scope.table;
  return path.map((name, i) => {
    if (typeof name !== 'string' || table === undefined || (i === 0 && name === '$')) return name;
    if (i === path.length - 1) return visitor.column(table, name, true);
    const here = table;
    const relationship = lookup.relationship(here, name);
    table = relationship && lookup.link(here, relationship)?.target;
    return relationship ? visitor.relationship(here, name) : name;
  });
}

/** Not a session variable, whose value is text until a query runs. */
export function isWrittenOut(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0 || value.some(isWrittenOut);
  return typeof value !== 'string' || !/^x-hasura-/i.test(value);
}
