// The aggregate functions a client may name -> SQL.

import type { Sql } from '../sql/sql.ts';
import { sql } from '../sql/sql.ts';

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
