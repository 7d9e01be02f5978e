// The aggregate functions a client may name -> SQL.

import type { Sql } from '../sql/sql.ts';
import { join, sql } from '../sql/sql.ts';

/** `max("t:0"."id")`, for the names of `NUMERIC_AGGREGATES` and `COMPARABLE_AGGREGATES`. */
export function aggregateFunctionSql(name: string, value: Sql): Sql {
  switch (name) {
    case 'avg':
      return sql`avg(${value})`;
    case 'max':
      return sql`max(${value})`;
    case 'min':
      return sql`min(${value})`;
    case 'stddev':
      return sql`stddev(${value})`;
    case 'stddev_pop':
      return sql`stddev_pop(${value})`;
    case 'stddev_samp':
      return sql`stddev_samp(${value})`;
    case 'sum':
      return sql`sum(${value})`;
    case 'var_pop':
      return sql`var_pop(${value})`;
    case 'var_samp':
      return sql`var_samp(${value})`;
    case 'variance':
      return sql`variance(${value})`;
    default:
      throw new Error(`Invariant broken: ${name} is no aggregate function`);
  }
}

/** Those that filters compare, over `"t:0"."a"`, `distinct "t:0"."a"` or two columns. */
export function predicateFunctionSql(name: string, values: Sql): Sql {
  switch (name) {
    case 'bool_and':
      return sql`bool_and(${values})`;
    case 'bool_or':
      return sql`bool_or(${values})`;
    case 'corr':
      return sql`corr(${values})`;
    case 'covar_samp':
      return sql`covar_samp(${values})`;
    default:
      return aggregateFunctionSql(name, values);
  }
}

/** `count(*)`; `count(distinct (a, b))` of rows in which the value is not null, as a row of several never is. */
export function countedSql(values: readonly Sql[], distinct: boolean): Sql {
  const [first, ...more] = values;
  if (!first) return sql`count(*)`;
  const value = more.length === 0 ? first : sql`(${join(values)})`;
  return distinct ? sql`count(distinct ${value})` : sql`count(${value})`;
}
