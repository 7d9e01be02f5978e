// The root field `node` -> SQL: the one row that an id names, under the permission of its table.

import { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import { ident, param, sql } from '../../sql/sql.ts';
import { readArguments } from '../arguments.ts';
import { castSql, encodeLeaf } from '../codec.ts';
import type { SelectedField } from '../collect.ts';
import type { PlanContext } from '../context.ts';
import { invalid } from '../context.ts';
import { exactJson, presence } from '../input.ts';
import type { RowSource } from '../rows.ts';
import { tableSource } from '../rows.ts';
import type { NodeId } from './node-id.ts';
import { readNodeId } from './node-id.ts';

/**
 * The row that the argument `id` names, as a source of one row. The plan holds for this id alone.
 * @throws HedgeError `validation-failed` at `….args.id` for an id that names no table the role has ids of, or whose
 *   values are not those of its key.
 */
export function nodeSource(ctx: PlanContext, field: SelectedField): RowSource {
  const argument = readArguments(field, ['id']).get('id');
  const path = at(at(field.path, 'args'), 'id');
  if (!argument) return invalid("missing required field 'id'", path);
  if (presence(ctx.reader, argument.input, 'ID!', path) !== 'value')
    return invalid("unexpected null value for type 'ID'", path);
  const text = exactJson(ctx.reader, argument.input, 'ID!', path);
  const id = readNodeId(String(text));
  if (typeof id === 'string') return invalid(`invalid node id: ${id}`, path);
  return rowOf(ctx, id, path);
}

function rowOf(ctx: PlanContext, { schema, table: name, key: values }: NodeId, path: Path): RowSource {
  const table = ctx.role.relay?.table(schema, name);
  // The same words for a table that is not there and for one the role does not see.
  if (!table?.relay) return invalid(`invalid node id: there is no table "${schema}.${name}" with ids`, path);
  const { key } = table.relay;
  const missing = key.slice(values.length).map(({ column }) => `'${column}'`);
  if (missing.length > 0)
    return invalid(`invalid node id: primary key columns [${missing.join(', ')}] are missing`, path);
  if (values.length > key.length) {
    const extra = JSON.stringify(values.slice(key.length));
    return invalid(`invalid node id: unexpected column values ${extra}`, path);
  }
  const parameters = key.map(({ column, type: ref }, i) => {
    const type = ctx.role.type(ref);
    const text = keyText(() => encodeLeaf({ kind: 'scalar', type }, values[i], path, () => 'another value'));
    return { column, value: param({ kind: 'constant', text }, castSql(type)) };
  });
  return {
    ...tableSource(table),
    join: (alias) => parameters.map(({ column, value }) => sql`${alias}.${ident(column)} = ${value}`),
  };
}

function keyText(encode: () => string): string {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    throw new HedgeError(error.code, `invalid node id: ${error.message}`, { path: error.path });
  }
}
