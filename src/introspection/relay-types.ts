// A role seen through the Relay API -> the type of its query root: pages of tables and functions, and any row by its id.

import type { ConnectionField, RelayView } from '../artifact/relay.ts';
import type { Namespace } from '../artifact/root-fields.ts';
import { namespaceTypeName } from '../artifact/type-names.ts';
import { functionArgs } from './function-root.ts';
import { connectionArguments, connectionType, idField, NODE } from './relay-page.ts';
import { scalar } from './scalar.ts';
import { tableType } from './table-type.ts';
import type { FieldDef, TypeDef, TypeRegistry } from './types.ts';
import { inputValue, sortedByName } from './types.ts';

/** A root of the Relay API: that of subscriptions has the fields of queries. */
export function relayRoot(
  registry: TypeRegistry,
  relay: RelayView,
  name: 'query_root' | 'subscription_root',
): TypeDef {
  const { fields, namespaces } = relay.query;
  return {
    kind: 'OBJECT',
    name,
    description: null,
    fields: sortedByName([
      ...[...fields.values()].map((field) => connectionField(registry, field)),
      ...[...namespaces.values()].flatMap((namespace) =>
        namespaceField(registry, namespace, name === 'query_root' ? 'query' : 'subscription'),
      ),
      nodeField(registry, relay),
    ]),
  };
}

function connectionField(registry: TypeRegistry, field: ConnectionField): FieldDef {
  const { name, description, table, function: fn } = field;
  return {
    name,
    description,
    args: [...(fn ? functionArgs(registry, fn, table) : []), ...connectionArguments(registry, table)],
    type: `${connectionType(registry, table, () => tableType(registry, table))}!`,
  };
}

function namespaceField(
  registry: TypeRegistry,
  namespace: Namespace<ConnectionField>,
  root: 'query' | 'subscription',
): readonly FieldDef[] {
  const fields = [...namespace.fields.values()].map((field) => connectionField(registry, field));
  if (fields.length === 0) return [];
  const { name, naming } = namespace;
  const typeName = namespaceTypeName(naming, name, root);
  const type = registry.define(typeName, `the namespace ${name}`, null, () => ({
    kind: 'OBJECT',
    name: typeName,
    description: null,
    fields: sortedByName(fields),
  }));
  return [{ name, description: null, args: [], type }];
}

function nodeField(registry: TypeRegistry, relay: RelayView): FieldDef {
  const type = registry.define(NODE, "Relay's interface of rows", null, () => ({
    kind: 'INTERFACE',
    name: NODE,
    description: 'An object with globally unique ID',
    fields: [idField(registry)],
    possibleTypes: relay.tables.map((table) => tableType(registry, table)).sort(),
  }));
  const args = [inputValue('id', 'A globally unique id', `${scalar(registry, 'ID')}!`)];
  return { name: 'node', description: null, args, type };
}
