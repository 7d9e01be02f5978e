// The root field `node` -> SQL: the one row that an id names, under the permission of its table.

import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import type { VariableValues } from '../../parse/operation.ts';
import { ident, sql } from '../../sql/sql.ts';
import type { Argument } from '../arguments.ts';
import { readArguments } from '../arguments.ts';
import type { SelectedField } from '../collect.ts';
import type { PlanContext } from '../context.ts';
import { invalid, requestParam } from '../context.ts';
import { inputJson, resolveVariable } from '../input.ts';
import type { RowSource } from '../rows.ts';
import { tableSource } from '../rows.ts';
import type { NodeId } from './node-id.ts';
import { readNodeId } from './node-id.ts';

/**
 * The row that the argument `id` names, as a source of one row. The plan holds for all ids of one table.
 * @throws HedgeError `validation-failed` at `….args.id` for an id that names no table the role has ids of, or whose
 *   values are not those of its key.
 */
export function nodeSource(ctx: PlanContext, field: SelectedField): RowSource {
  const { reader } = ctx;
  const { operation } = reader; // a guard is kept, and shall not keep the variables of this request
  const argument = readArguments(field, ['id']).get('id');
  const path = at(at(field.path, 'args'), 'id');
  if (!argument) return invalid("missing required field 'id'", path);
  const input = resolveVariable(reader, argument.input, 'ID!', path) ?? argument.input;
  const read = (variables: VariableValues): NodeId | string | null => {
    const text = inputJson(input, operation, variables);
    return typeof text === 'string' || typeof text === 'number' ? readNodeId(String(text)) : null;
  };
  const id = read(reader.variables);
  if (input.kind === 'json')
    reader.guards.push({ observe: (variables) => shapeOf(read(variables)), seen: shapeOf(id) });
  if (id === null) return invalid("unexpected null value for type 'ID'", path);
  if (typeof id === 'string') return invalid(`invalid node id: ${id}`, path);
  return rowOf(ctx, id, argument, path);
}

/** What a plan depends on of an id. */
function shapeOf(id: NodeId | string | null): string {
  if (id === null || typeof id === 'string') return String(id);
  return JSON.stringify([id.schema, id.table, id.key.length]);
}

function rowOf(
  ctx: PlanContext,
  { schema, table: name, key: values }: NodeId,
  { input }: Argument,
  path: Path,
): RowSource {
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
  const parameters = key.map(({ column, type }, index) => ({
    column,
    value: requestParam(ctx, input, { kind: 'node_key', index, type: ctx.role.type(type) }, path),
  }));
  return {
    ...tableSource(table),
    join: (alias) => parameters.map(({ column, value }) => sql`${alias}.${ident(column)} = ${value}`),
  };
}
