// A role's view -> the same role as the Relay API shows it: pages of tables and functions in the place of lists, and the
// tables whose rows have ids.

import type { RoleView, TableView } from './decode.ts';
import type { Namespace, RootFields } from './root-fields.ts';
import { connectionFieldName } from './type-names.ts';
import type { RootField, FunctionModel } from './types.ts';

/** What the query root of the Relay API has beside `node`. */
export interface RelayView {
  readonly query: RootFields<ConnectionField>;
  /** The tables whose rows `node` finds. */
  readonly tables: readonly TableView[];
  /** The table of that name that the role may select from and whose rows have ids; undefined when there is none. */
  table(schema: string, name: string): TableView | undefined;
}

/** A root field that gives pages of a table's rows, or of those a function gives. */
export interface ConnectionField {
  readonly name: string;
  readonly table: TableView;
  readonly description: string | null;
  readonly function: FunctionModel | null;
}

const views = new WeakMap<RoleView, RoleView>();

/**
 * The role through the Relay API. A table has pages and ids where the role has the field that lists it and the table
 * has a primary key. Made at the first call; then all tables of the role are decoded.
 */
export function relayRole(role: RoleView): RoleView {
  let view = views.get(role);
  if (!view) views.set(role, (view = { ...role, relay: relayView(role) }));
  return view;
}

function relayView(role: RoleView): RelayView {
  const tables = new Map<string, TableView>();
  const connections = (fields: ReadonlyMap<string, RootField>): ReadonlyMap<string, ConnectionField> => {
    const found = new Map<string, ConnectionField>();
    for (const field of fields.values()) {
      if (field.kind !== 'select' && field.kind !== 'function') continue;
      const table = role.table(field.table);
      if (!table.relay) continue;
      if (field.kind === 'select') {
        const { schema, name } = table.table;
        const key = JSON.stringify([schema, name]);
        // Ids name no source. Of tables called alike those of the source `default` are meant, else the first's.
        if (!tables.has(key) || table.source === 'default') tables.set(key, table);
        found.set(table.relay.connection, {
          name: table.relay.connection,
          table,
          description: field.description,
          function: null,
        });
      } else if ('function' in field && !field.function.single) {
        const name = connectionFieldName(table.naming.convention, field.name);
        found.set(name, { name, table, description: field.description, function: field.function });
      }
    }
    return found;
  };
  const { fields, namespaces } = role.query;
  return {
    query: {
      fields: connections(fields),
      namespaces: new Map(
        [...namespaces].map(([name, namespace]): [string, Namespace<ConnectionField>] => [
          name,
          { ...namespace, fields: connections(namespace.fields) },
        ]),
      ),
    },
    tables: [...tables.values()],
    table: (schema, name) => tables.get(JSON.stringify([schema, name])),
  };
}
