// A table -> its object type and `<table>_aggregate`, which refer to each other.

import type { TableView } from '../artifact/decode.ts';
import { aggregateFieldName, connectionFieldName } from '../artifact/type-names.ts';
import type { FieldModel } from '../artifact/types.ts';
import { unreachable } from '../util/assert.ts';
import { aggregateFields } from './aggregate-fields.ts';
import { functionArguments, listArguments, scalarArguments } from './arguments.ts';
import { groupByField } from './group-by.ts';
import { nativeQueryArgs } from './native-query-args.ts';
import { isSelectable } from './reach.ts';
import { connectionArguments, connectionType, idField, NODE } from './relay-page.ts';
import { scalarType } from './scalar.ts';
import type { FieldDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, sortedByName } from './types.ts';

/** Defines a table's object type. Ask `isSelectable` first: it must have a field. */
export function tableType(registry: TypeRegistry, table: TableView): TypeText {
  return registry.define(table.typeName, 'the rows', table, () => ({
    kind: 'OBJECT',
    name: table.typeName,
    description: table.description,
    fields: sortedByName([
      ...relayFields(registry, table),
      ...table.fields.flatMap((field) => rowField(registry, table, field)),
      ...table.fields.flatMap((field) => aggregateSibling(registry, table, field)),
    ]),
    ...(registry.role.relay?.tables.includes(table) && { interfaces: [NODE] }),
  }));
}

/** Defines `<table>_aggregate`. */
export function aggregateType(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('aggregate');
  return registry.define(name, 'the aggregate', table, () => {
    const fields: FieldDef[] = [
      { name: 'aggregate', description: null, args: [], type: aggregateFields(registry, table) },
    ];
    if (isSelectable(registry.role, table)) {
      fields.push({ name: 'nodes', description: null, args: [], type: `[${tableType(registry, table)}!]!` });
    }
    fields.push(...groupByField(registry, table));
    return {
      kind: 'OBJECT',
      name,
      description: `aggregated selection of "${describedTable(table)}"`,
      fields: sortedByName(fields),
    };
  });
}

function rowField(registry: TypeRegistry, table: TableView, field: FieldModel): readonly FieldDef[] {
  const { role } = registry;
  const { name, description } = field;
  switch (field.kind) {
    case 'column': {
      const type = role.type(field.type);
      const text = scalarType(registry, type);
      const args = scalarArguments(registry, table, field, type);
      return [{ name, description, args, type: field.nullable ? text : `${text}!` }];
    }
    case 'object_relationship': {
      const remote = role.table(field.table);
      if (!isSelectable(role, remote)) return [];
      const text = tableType(registry, remote);
      const type = field.nullable ? text : `${text}!`;
      const args = nativeQueryArgs(registry, field.native);
      return [{ name, description: description ?? 'An object relationship', args, type }];
    }
    case 'array_relationship': {
      const remote = role.table(field.table);
      if (!isSelectable(role, remote)) return [];
      // As in Hasura, lists of native queries may be null in the schema, though they never are.
      const type = `[${tableType(registry, remote)}!]${field.native ? '' : '!'}`;
      const args = [...nativeQueryArgs(registry, field.native), ...listArguments(registry, remote)];
      return [{ name, description: description ?? 'An array relationship', args, type }];
    }
    case 'computed_field': {
      if (field.returns.kind === 'scalar') {
        const type = role.type(field.returns.type);
        const args = scalarArguments(registry, table, field, type);
        return [{ name, description, args, type: scalarType(registry, type) }];
      }
      const remote = role.table(field.returns.table);
      if (!isSelectable(role, remote)) return [];
      const args = [...functionArguments(registry, table, field), ...listArguments(registry, remote)];
      const row = tableType(registry, remote);
      return [{ name, description, args, type: field.returns.single ? row : `[${row}!]` }];
    }
    default:
      return unreachable(field);
  }
}

/** What rows have in the Relay API: an id that stands before a column of that name, pages of related rows. */
function relayFields(registry: TypeRegistry, table: TableView): readonly FieldDef[] {
  const { role } = registry;
  if (!role.relay) return [];
  const pages = table.fields.flatMap((field): FieldDef[] => {
    if (field.kind !== 'array_relationship') return [];
    const remote = role.table(field.table);
    if (!remote.relay) return [];
    const type = `${connectionType(registry, remote, () => tableType(registry, remote))}!`;
    return [
      {
        name: connectionFieldName(table.naming.convention, field.name),
        description: field.description ?? 'An array relationship connection',
        args: connectionArguments(registry, remote),
        type,
      },
    ];
  });
  return table.relay ? [idField(registry), ...pages] : pages;
}

/** `<name>_aggregate` beside what gives rows of a table the role may aggregate. */
function aggregateSibling(registry: TypeRegistry, table: TableView, field: FieldModel): readonly FieldDef[] {
  const isFunction = field.kind === 'computed_field';
  const ref = isFunction
    ? field.returns.kind === 'table' && field.returns.table
    : field.kind === 'array_relationship' && field.table;
  if (ref === false) return [];
  const remote = registry.role.table(ref);
  const name = aggregateFieldName(table.naming.convention, field.name);
  if (!remote.allowAggregations || table.aggregated(name) !== field) return [];
  return [
    {
      name,
      description: 'An aggregate relationship',
      args: [
        ...(isFunction ? functionArguments(registry, table, field) : []),
        ...listArguments(registry, remote),
      ],
      type: `${aggregateType(registry, remote)}!`,
    },
  ];
}
