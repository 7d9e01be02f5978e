// A permission's resolved expression -> SQL. Every read of a table goes through `permissionSql`.

import type {
  BoolExp,
  FunctionCall,
  PermissionScalar,
  PermissionValue,
  ScalarType,
  TypeRef,
} from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import { andSql, ident, orSql, param, sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { castSql, encodeLeaf, leafCastSql } from './codec.ts';
import type { Operand } from './comparison.ts';
import { comparisonSql } from './comparison.ts';
import type { PlanContext } from './context.ts';
import { newAlias } from './context.ts';
import { functionCallSql } from './function-call.ts';
import { joinConditions } from './join.ts';

/**
 * The row filter of a permission on the table of alias `alias`, as a condition. A permission has no arguments from
 * the client: its values are literals of the metadata and session variables.
 */
export function permissionSql(ctx: PlanContext, filter: BoolExp, alias: Sql): Sql {
  return expSql(ctx, filter, alias, alias);
}

function expSql(ctx: PlanContext, exp: BoolExp, alias: Sql, root: Sql): Sql {
  switch (exp.kind) {
    case 'true':
      return sql`true`;
    case 'and':
      return andSql(exp.exps.filter((e) => e.kind !== 'true').map((e) => expSql(ctx, e, alias, root)));
    case 'or':
      return orSql(exp.exps.map((e) => expSql(ctx, e, alias, root)));
    case 'not':
      return sql`not (${expSql(ctx, exp.exp, alias, root)})`;
    case 'compare':
      return compareSql(ctx, sql`${alias}.${ident(exp.column)}`, exp.type, exp.op, exp.value);
    case 'cast': {
      const to = ctx.role.type(exp.to);
      return comparisonSql(
        sql`(${alias}.${ident(exp.column)})::${castSql(to)}`,
        to,
        exp.op,
        permissionOperand(exp.value),
      );
    }
    case 'compare_columns': {
      const start = exp.root ? root : alias;
      return sql`${alias}.${ident(exp.column)} ${COLUMN_OPERATORS[exp.op] ?? unknownOperator(exp.op)} ${otherColumnSql(ctx, exp, start)}`;
    }
    case 'relationship': {
      const other = newAlias(ctx);
      const mapping = joinConditions(exp.mapping, alias, other);
      return sql`exists (select 1 from ${ident(exp.table.schema, exp.table.name)} as ${other} where ${andSql([...mapping, expSql(ctx, exp.exp, other, root)])})`;
    }
    case 'exists': {
      const other = newAlias(ctx);
      return sql`exists (select 1 from ${ident(exp.table.schema, exp.table.name)} as ${other} where ${expSql(ctx, exp.exp, other, root)})`;
    }
    case 'computed_field':
      return compareSql(ctx, callOnRow(exp.call, alias), exp.type, exp.op, exp.value);
    case 'computed_table': {
      const other = newAlias(ctx);
      return sql`exists (select 1 from ${callOnRow(exp.call, alias)} as ${other} where ${expSql(ctx, exp.exp, other, root)})`;
    }
    default:
      return unreachable(exp);
  }
}

const COLUMN_OPERATORS: Readonly<Record<string, Sql>> = {
  _ceq: sql`=`,
  _cne: sql`<>`,
  _cgt: sql`>`,
  _clt: sql`<`,
  _cgte: sql`>=`,
  _clte: sql`<=`,
};

function unknownOperator(op: string): never {
  throw new Error(`Invariant broken: the compiler let the column operator ${op} pass`);
}

/** The other column of a column comparison: of the same row, the root's row, or a row related to one of them. */
function otherColumnSql(ctx: PlanContext, exp: BoolExp & { kind: 'compare_columns' }, start: Sql): Sql {
  let from = start;
  const tables: Sql[] = [];
  const conditions: Sql[] = [];
  for (const step of exp.via) {
    const next = newAlias(ctx);
    tables.push(sql`${ident(step.table.schema, step.table.name)} as ${next}`);
    for (const [mine, theirs] of step.mapping)
      conditions.push(sql`${next}.${ident(theirs)} = ${from}.${ident(mine)}`);
    from = next;
  }
  const column = sql`${from}.${ident(exp.other)}`;
  const [first, ...rest] = tables;
  if (!first) return column;
  const list = rest.reduce((list, table) => sql`${list}, ${table}`, first);
  return sql`any (select ${column} from ${list} where ${andSql(conditions)})`;
}

function compareSql(ctx: PlanContext, column: Sql, type: TypeRef, op: string, value: PermissionValue): Sql {
  return comparisonSql(column, ctx.role.type(type), op, permissionOperand(value));
}

function callOnRow(call: FunctionCall, alias: Sql): Sql {
  return functionCallSql(call, alias, () => {
    throw new Error('Invariant broken: a computed field in a permission takes no arguments of the client');
  });
}

/** A permission's value as an operand: literals are encoded now, session variables at each execution. */
function permissionOperand(value: PermissionValue): Operand {
  return {
    scalar: (type) => scalarSql(value, type),
    array: (type) => arraySql(value, type),
    items() {
      if (value.kind === 'list') return value.items.map(permissionOperand);
      if (value.kind === 'literal' && Array.isArray(value.value)) {
        return value.value.map((item) => permissionOperand({ kind: 'literal', value: item }));
      }
      return [permissionOperand(value)];
    },
    member(name) {
      if (value.kind !== 'literal' || typeof value.value !== 'object' || value.value === null)
        return undefined;
      const member = Object.hasOwn(value.value, name)
        ? (value.value as Record<string, unknown>)[name]
        : undefined;
      if (member === undefined) return undefined;
      return permissionOperand(sessionName(member) ?? { kind: 'literal', value: member });
    },
    boolean() {
      if (value.kind === 'literal') return value.value === true || value.value === 'true';
      return scalarSql(value, {
        pg: { schema: 'pg_catalog', name: 'bool' },
        array: false,
        kind: 'base',
        graphql: 'Boolean',
      });
    },
  };
}

/** A value that a permission sets, as a parameter of the column's type. */
export function presetSql(value: PermissionValue, type: ScalarType): Sql {
  return scalarSql(value, type);
}

function sessionName(value: unknown): PermissionScalar | undefined {
  if (typeof value !== 'string' || !/^x-hasura-/i.test(value)) return undefined;
  return { kind: 'session', name: value.toLowerCase() };
}

function scalarSql(value: PermissionValue, type: ScalarType): Sql {
  const leaf = { kind: 'scalar', type } as const;
  switch (value.kind) {
    case 'session':
      return param({ kind: 'session', name: value.name }, leafCastSql(leaf));
    case 'literal':
      if (value.value === null) return sql`null::${leafCastSql(leaf)}`;
      return param({ kind: 'constant', text: literalText(type, value.value) }, leafCastSql(leaf));
    case 'list':
      // A list for an array column's own comparison: put together by Postgres, as members may be session variables.
      return sql`array[${joinItems(value.items, { ...type, array: false })}]::${castSql(type)}`;
  }
}

function arraySql(value: PermissionValue, type: ScalarType): Sql {
  const cast = leafCastSql({ kind: 'array', type });
  switch (value.kind) {
    case 'session':
      return param({ kind: 'session', name: value.name }, cast);
    case 'literal':
      return param({ kind: 'constant', text: arrayText(type, value.value) }, cast);
    case 'list':
      if (value.items.every((item) => item.kind === 'literal')) {
        return arraySql(
          {
            kind: 'literal',
            value: value.items.map((item) => (item.kind === 'literal' ? item.value : null)),
          },
          type,
        );
      }
      return sql`array[${joinItems(value.items, type)}]::${cast}`;
  }
}

function joinItems(items: readonly PermissionScalar[], type: ScalarType): Sql {
  const parts = items.map((item) => scalarSql(item, type));
  const [first, ...rest] = parts;
  return first ? rest.reduce((list, part) => sql`${list}, ${part}`, first) : sql``;
}

/** Metadata writes numbers and booleans for text columns and the other way round; Postgres' input syntax takes both. */
function literalText(type: ScalarType, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    if (!isJsonLike(type)) return String(value);
  }
  return encodeLeaf({ kind: 'scalar', type }, value, undefined, () => 'a value of the metadata');
}

function arrayText(type: ScalarType, value: unknown): string {
  if (typeof value === 'string') return value; // '{1,2}'
  const items = (Array.isArray(value) ? value : [value]) as unknown[];
  return `{${items.map((item) => (item === null ? 'NULL' : elementText(type, item))).join(',')}}`;
}

function elementText(type: ScalarType, item: unknown): string {
  const text = literalText({ ...type, array: false }, item);
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function isJsonLike(type: ScalarType): boolean {
  return !type.array && ['json', 'jsonb', 'geometry', 'geography'].includes(type.pg.name);
}
