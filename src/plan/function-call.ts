// A function over a row -> its call in SQL.

import type { FunctionCall } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, join, param, sql } from '../sql/sql.ts';

/**
 * `"public"."full_name"("t:0".*, ($1)::json)`. `client` gives the argument of that index, or undefined to leave it to
 * the function's default, after which arguments go by name.
 */
export function functionCallSql(
  call: FunctionCall,
  row: Sql,
  client: (index: number) => ClientArgument | undefined,
): Sql {
  const parts: Sql[] = [];
  let skipped = false;
  for (const argument of call.arguments) {
    switch (argument.kind) {
      case 'row':
        if (skipped) omittedInTheMiddle();
        // With `.*` it is the row, whatever its columns are called.
        parts.push(sql`${row}.*`);
        break;
      case 'session':
        if (skipped) omittedInTheMiddle();
        parts.push(param({ kind: 'session_json' }, sql`json`));
        break;
      case 'client': {
        const given = client(argument.index);
        if (!given) skipped = true;
        else if (skipped) {
          if (given.sqlName === null) omittedInTheMiddle();
          parts.push(sql`${ident(given.sqlName)} => ${given.value}`);
        } else parts.push(given.value);
        break;
      }
    }
  }
  return sql`${ident(call.function.schema, call.function.name)}(${join(parts)})`;
}

/** What follows would take the place of what was left out: a session must never become another argument. */
function omittedInTheMiddle(): never {
  throw new HedgeError('not-supported', 'Only last set of positional arguments can be omitted');
}

export interface ClientArgument {
  readonly sqlName: string | null;
  readonly value: Sql;
}
