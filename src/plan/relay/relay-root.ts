// A field of the root of the Relay API's queries or subscriptions -> SQL: a page of a table or of a function's rows, or the row of an id.

import type { ConnectionField } from '../../artifact/relay.ts';
import { namespaceTypeName } from '../../artifact/type-names.ts';
import { must } from '../../util/assert.ts';
import type { LeafRoot, Root } from '../answer.ts';
import { readArguments } from '../arguments.ts';
import type { SelectedField } from '../collect.ts';
import { collectFields, noSubselection, withKey } from '../collect.ts';
import type { PlanContext } from '../context.ts';
import { invalid, isIntrospection } from '../context.ts';
import { calledSql } from '../function-arguments.ts';
import { tableSource } from '../rows.ts';
import { objectFields, objectSql } from '../select.ts';
import { connectionSql } from './connection.ts';
import { nodeSource } from './node.ts';

/** What has a root of its own, with the same fields. */
type RelayOperation = 'query' | 'subscription';

/**
 * Plans one field of the root.
 * @throws HedgeError `validation-failed` for a field that is not there, and for its arguments.
 */
export function relayRootField(ctx: PlanContext, field: SelectedField, operation: RelayOperation): Root {
  const { key, name } = field;
  const { fields, namespaces } = must(ctx.role.relay, 'a role seen through the Relay API').query;
  if (isIntrospection(ctx, name)) return { kind: 'introspection', key, node: withKey(field) };
  if (name === 'node') {
    const source = nodeSource(ctx, field);
    return { kind: 'source', key, source: source.table.source, value: objectSql(ctx, source, field) };
  }
  const namespace = namespaces.get(name);
  if (!namespace) return connectionField(ctx, fields, `${operation}_root`, field);
  readArguments(field, []);
  const typeName = namespaceTypeName(namespace.naming, name, operation);
  const members = collectFields(ctx, typeName, field.selectionSets, field.path).map((member) =>
    connectionField(ctx, namespace.fields, typeName, member),
  );
  return { kind: 'namespace', key, members };
}

function connectionField(
  ctx: PlanContext,
  fields: ReadonlyMap<string, ConnectionField>,
  typeName: string,
  field: SelectedField,
): LeafRoot {
  const { key, name } = field;
  if (name === '__typename') {
    readArguments(field, []);
    noSubselection(field);
    return { kind: 'constant', key, text: typeName };
  }
  const connection = fields.get(name);
  if (!connection) return invalid(`field '${name}' not found in type: '${typeName}'`, field.path);
  const { table, function: fn } = connection;
  const source = fn ? { table, from: calledSql(ctx, fn, null, field), join: () => [] } : tableSource(table);
  const extra = fn && fn.arguments.length > 0 ? ['args'] : [];
  const value = connectionSql(ctx, source, field, objectFields, extra);
  return { kind: 'source', key, source: table.source, value };
}
