// Postgres types -> GraphQL scalars, and the table of scalars a role's model refers to by index.

import type { ScalarType, TypeRef } from '../../artifact/types.ts';
import type { CatalogType } from '../../catalog/types.ts';
import { isGraphQLName } from './names.ts';

/** Where Hasura's name differs from pg_type's. */
const NAMES: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'Int',
  int8: 'bigint',
  float4: 'Float',
  bool: 'Boolean',
  text: 'String',
  varchar: 'String',
};

/** Types every schema has, so that neither a scalar nor a table may take their names. */
export const RESERVED_TYPE_NAMES: ReadonlySet<string> = new Set([
  'Int',
  'Float',
  'String',
  'Boolean',
  'ID',
  'query_root',
  'mutation_root',
  'subscription_root',
  'order_by',
  'cursor_ordering',
]);

/**
 * The scalar for a Postgres type; for arrays the element's. `taken` are the names of object types: a type with such a
 * name (as a table's row type has) is shown as `<name>_scalar`. Its `graphql` is not checked: see `hasValidName`.
 */
export function scalarOf(type: CatalogType, taken: ReadonlySet<string>): ScalarType {
  return {
    pg: { schema: type.schema, name: type.name },
    array: type.dimensions === 1,
    kind: type.kind,
    graphql: scalarName(type, taken),
  };
}

function scalarName(type: CatalogType, taken: ReadonlySet<string>): string {
  const builtIn =
    type.schema === 'pg_catalog' && Object.hasOwn(NAMES, type.name) ? NAMES[type.name] : undefined;
  if (builtIn !== undefined) return builtIn;
  return taken.has(type.name) || RESERVED_TYPE_NAMES.has(type.name) ? `${type.name}_scalar` : type.name;
}

/** False for types whose name cannot be in a GraphQL schema, such as an enum called "my-enum". */
export function hasValidName(type: ScalarType): boolean {
  return isGraphQLName(type.graphql);
}

/** Equal for types that hold the same values. */
export function scalarKey(type: ScalarType): string {
  return JSON.stringify([type.pg.schema, type.pg.name, type.array]);
}

/** Equal for types that are shown alike, too: of a text column and one that references an enum table they differ. */
function typeKey({ pg, array, graphql }: ScalarType): string {
  return `${pg.schema}\0${pg.name}\0${graphql}\0${array}`; // asked for each column and role: JSON takes three times as long
}

/** A role's types while its model is being built. */
export interface TypeTable {
  readonly types: readonly ScalarType[];
  /** The index of a type, which is added when new. */
  refer(type: ScalarType): TypeRef;
  /** Runs `build`; when it throws, the types it added are taken out again. */
  attempt<T>(build: () => T): T;
}

/** An empty table of types. */
export function createTypeTable(): TypeTable {
  const types: ScalarType[] = [];
  const refs = new Map<string, TypeRef>();
  return {
    types,
    refer(type) {
      const key = typeKey(type);
      let ref = refs.get(key);
      if (ref === undefined) {
        ref = types.push(type) - 1;
        refs.set(key, ref);
      }
      return ref;
    },
    attempt(build) {
      const before = types.length;
      try {
        return build();
      } catch (error) {
        for (const type of types.splice(before)) refs.delete(typeKey(type));
        throw error;
      }
    },
  };
}
