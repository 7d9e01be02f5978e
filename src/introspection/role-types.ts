// A role's model -> every type its schema has: what its roots reach and nothing else.

import type { RoleView } from '../artifact/decode.ts';
import type { Namespace, RootFields } from '../artifact/root-fields.ts';
import { namespaceTypeName } from '../artifact/type-names.ts';
import type { RootField } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { must, unreachable } from '../util/assert.ts';
import { listArguments } from './arguments.ts';
import { functionRootField } from './function-root.ts';
import { INTROSPECTION_TYPES } from './graphql-types.ts';
import { defineMutationRoot } from './mutation-root.ts';
import { nativeQueryRootField } from './native-query-root.ts';
import { primaryKeyArguments } from './primary-key.ts';
import { isSelectable } from './reach.ts';
import { relayRoot } from './relay-types.ts';
import { scalar } from './scalar.ts';
import { streamArguments } from './stream.ts';
import { aggregateType, tableType } from './table-type.ts';
import type { Described, FieldDef, TypeDef, TypeRegistry } from './types.ts';
import { describedTable, sortedByName } from './types.ts';

export const QUERY_ROOT = 'query_root';
export const SUBSCRIPTION_ROOT = 'subscription_root';

/** The only field of a role that sees nothing, and what it answers and is described with. */
const NO_QUERIES_AVAILABLE = {
  name: 'no_queries_available',
  text: "There are no queries available to the current role. Either there are no sources or remote schemas configured, or the current role doesn't have the required permissions.",
} as const;

/** The types of a role's schema. */
export interface RoleTypes {
  /** Sorted, introspection types included. */
  readonly names: readonly string[];
  /** Fields, arguments, input fields and enum values of all types together. */
  readonly memberCount: number;
  /** The type of that name; undefined when the schema has none. Made anew at each call: 1,000 tables would not fit. */
  get(name: string): TypeDef | undefined;
}

const known = new WeakMap<RoleView, RoleTypes>();

/**
 * The types of a role, found by one walk per role and isolate.
 * @throws HedgeError `unexpected` when two things claim one type name, naming both and the way out.
 */
export function roleTypes(role: RoleView): RoleTypes {
  let types = known.get(role);
  if (!types) known.set(role, (types = findTypes(role)));
  return types;
}

interface Definition {
  readonly what: string;
  readonly table: Described | null;
  readonly make: () => TypeDef;
}

/** A role's types by name alone. */
export type TypeLookup = Pick<RoleTypes, 'get'>;

/**
 * The types of a role, found as they are asked for and kept: for those who look at a few types of a large schema. Only
 * a name that nobody mentioned yet makes it look further.
 * @throws HedgeError (its `get`) as `roleTypes`, where the clash is among what was looked at.
 */
export function lookupTypes(role: RoleView): TypeLookup {
  const definitions = beginTypes(role);
  const made = new Map<string, TypeDef>();
  const unseen = definitions.values();
  return {
    get(name) {
      let type = made.get(name);
      if (type) return type;
      while (!definitions.has(name)) {
        const next = unseen.next();
        if (next.done) return undefined;
        next.value.make();
      }
      type = must(definitions.get(name), 'a defined type').make();
      made.set(name, type);
      return type;
    },
  };
}

/** The definitions that a schema begins with; making one adds those it refers to. */
function beginTypes(role: RoleView): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  const registry: TypeRegistry = {
    role,
    define(name, what, table, make) {
      const earlier = definitions.get(name);
      if (!earlier) definitions.set(name, { what, table, make });
      else if (earlier.what !== what || !isSameOwner(earlier.table, table)) {
        throw clash(role, name, describe(earlier), describe({ what, table, make }));
      }
      return name;
    },
  };
  for (const def of INTROSPECTION_TYPES)
    registry.define(def.name, "GraphQL's introspection", null, () => def);
  for (const name of ['String', 'Boolean', 'Int']) scalar(registry, name); // introspection and @cached refer to them
  registry.define(QUERY_ROOT, 'the root of queries', null, () => queryRoot(registry));
  defineMutationRoot(registry);
  defineSubscriptionRoot(registry);
  return definitions;
}

/** Whether types made from the two are the same: those of one logical model are, whatever queries give its rows. */
function isSameOwner(a: Described | null, b: Described | null): boolean {
  if (a === b) return true;
  if (a?.rowsOf?.kind !== 'logical_model' || b?.rowsOf?.kind !== 'logical_model') return false;
  return a.source === b.source && a.rowsOf.name === b.rowsOf.name;
}

function findTypes(role: RoleView): RoleTypes {
  const definitions = beginTypes(role);
  let memberCount = 0;
  // A Map's walk reaches what is added on the way: making a type defines those it refers to.
  for (const { make } of definitions.values()) memberCount += membersOf(make());
  let last: TypeDef | undefined;
  return {
    names: [...definitions.keys()].sort(),
    memberCount,
    get(name) {
      if (last?.name !== name) last = definitions.get(name)?.make();
      return last;
    },
  };
}

function queryRoot(registry: TypeRegistry): TypeDef {
  if (registry.role.relay) return relayRoot(registry, registry.role.relay, QUERY_ROOT);
  const fields = rootMembers(registry, registry.role.query, 'query');
  const { name, text } = NO_QUERIES_AVAILABLE;
  if (fields.length === 0) {
    fields.push({ name, description: text, args: [], type: `${scalar(registry, 'String')}!` });
  }
  return { kind: 'OBJECT', name: QUERY_ROOT, description: null, fields: sortedByName(fields) };
}

/** Defines the subscription root of a role that may subscribe to anything. */
function defineSubscriptionRoot(registry: TypeRegistry): void {
  const { relay, subscription } = registry.role;
  const { fields, namespaces } = subscription;
  const all = [...fields.values(), ...[...namespaces.values()].flatMap((n) => [...n.fields.values()])];
  if (!relay && !all.some((field) => rootField(registry, field).length > 0)) return;
  registry.define(SUBSCRIPTION_ROOT, 'the root of subscriptions', null, () => {
    if (relay) return relayRoot(registry, relay, SUBSCRIPTION_ROOT);
    const members = rootMembers(registry, subscription, 'subscription');
    return { kind: 'OBJECT', name: SUBSCRIPTION_ROOT, description: null, fields: sortedByName(members) };
  });
}

type RootKind = 'query' | 'subscription';

function rootMembers(registry: TypeRegistry, { fields, namespaces }: RootFields, root: RootKind): FieldDef[] {
  return [
    ...[...fields.values()].flatMap((field) => rootField(registry, field)),
    ...[...namespaces.values()].flatMap((namespace) => namespaceField(registry, namespace, root)),
  ];
}

/** The field of a namespace; nothing where no field would stand below it. */
function namespaceField(registry: TypeRegistry, namespace: Namespace, root: RootKind): readonly FieldDef[] {
  const fields = [...namespace.fields.values()].flatMap((field) => rootField(registry, field));
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

function rootField(registry: TypeRegistry, field: RootField): readonly FieldDef[] {
  const { name, description, kind } = field;
  if (kind === 'function' || kind === 'function_aggregate') return functionRootField(registry, field);
  if (kind === 'native_query') return nativeQueryRootField(registry, field);
  const table = registry.role.table(field.table);
  if (kind === 'select_aggregate') {
    const args = listArguments(registry, table);
    return [{ name, description, args, type: `${aggregateType(registry, table)}!` }];
  }
  if (!isSelectable(registry.role, table)) return [];
  const row = tableType(registry, table);
  switch (kind) {
    case 'select':
      return [{ name, description, args: listArguments(registry, table), type: `[${row}!]!` }];
    case 'select_by_pk':
      return [{ name, description, args: primaryKeyArguments(registry, table), type: row }];
    case 'select_stream':
      return [{ name, description, args: streamArguments(registry, table), type: `[${row}!]!` }];
    default:
      return unreachable(kind);
  }
}

function membersOf(def: TypeDef): number {
  switch (def.kind) {
    case 'SCALAR':
      return 1;
    case 'OBJECT':
    case 'INTERFACE':
      return def.fields.reduce((n, f) => n + 1 + f.args.length, 1);
    case 'INPUT_OBJECT':
      return 1 + def.inputFields.length;
    case 'ENUM':
      return 1 + def.values.length;
    default:
      return unreachable(def);
  }
}

function describe({ what, table }: Definition): string {
  if (!table) return what;
  const owner = table.rowsOf?.kind.replace('_', ' ') ?? 'table';
  return `${what} of ${owner} "${describedTable(table)}" in source "${table.source}"`;
}

function clash(role: RoleView, name: string, first: string, second: string): HedgeError {
  return new HedgeError(
    'unexpected',
    `The schema of role "${role.role}" would have two types named "${name}": ${first}, and ${second}. ` +
      'Give one of the tables another name with configuration.custom_name.',
  );
}
