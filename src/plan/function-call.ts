// A function over a row -> its call in SQL.

import type { FunctionCall } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, join, param, sql } from '../sql/sql.ts';

export interface ClientArgument {
  /** null: the argument has no name in Postgres. */
  readonly sqlName: string | null;
  readonly value: Sql;
}

/**
 * `"public"."full_name"("t:0".*, ($1)::json)`. `client` gives the argument of that index, or undefined to leave it to
 * the function's default, after which arguments go by name. `row` is null for functions that take none.
 * @throws HedgeError `not-supported` at `path` when an argument without a name follows one that is left out.
 */
export function functionCallSql(
  call: FunctionCall,
  row: Sql | null,
  client: (index: number) => ClientArgument | undefined,
  path?: Path,
): Sql {
  const parts: Sql[] = [];
  let skipped = false;
  /** In its place it would become another argument once one before it is left out: a session never must. */
  const push = (sqlName: string | null | undefined, value: Sql): void => {
    if (!skipped) parts.push(value);
    else if (sqlName != null) parts.push(sql`${ident(sqlName)} => ${value}`);
    else {
      throw new HedgeError('not-supported', 'Only last set of positional arguments can be omitted', {
        path: pathText(path),
      });
    }
  };
  for (const argument of call.arguments) {
    switch (argument.kind) {
      case 'row':
        if (!row) throw new Error('Invariant broken: the function of a root field takes no row');
        // With `.*` it is the row, whatever its columns are called.
        push(null, sql`${row}.*`);
        break;
      case 'session':
        push(argument.sqlName, param({ kind: 'session_json' }, sql`json`));
        break;
      case 'client': {
        const given = client(argument.index);
        if (given) push(given.sqlName, given.value);
        else skipped = true;
        break;
      }
    }
  }
  return sql`${ident(call.function.schema, call.function.name)}(${join(parts)})`;
}
