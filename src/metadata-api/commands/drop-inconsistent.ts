// What is inconsistent -> the metadata without it.

import type { Inconsistency } from '../../artifact/types.ts';
import type { Metadata } from '../../metadata/types.ts';
import type { Change } from '../types.ts';
import { noneNew } from './command.ts';
import { withList } from './edit.ts';

/** Lists in the document whose items are objects of their own, by the list they are in an item of. */
interface Lists {
  readonly [list: string]: Lists;
}

const NOTHING: Lists = {};

const LISTS: Lists = {
  sources: {
    tables: {
      object_relationships: NOTHING,
      array_relationships: NOTHING,
      computed_fields: NOTHING,
      remote_relationships: NOTHING,
      insert_permissions: NOTHING,
      select_permissions: NOTHING,
      update_permissions: NOTHING,
      delete_permissions: NOTHING,
      event_triggers: NOTHING,
    },
    functions: { permissions: NOTHING },
    native_queries: {
      object_relationships: NOTHING,
      array_relationships: NOTHING,
      returns: { select_permissions: NOTHING },
    },
    logical_models: { select_permissions: NOTHING },
  },
  query_collections: { definition: { queries: NOTHING } },
  allowlist: NOTHING,
  rest_endpoints: NOTHING,
  inherited_roles: NOTHING,
  actions: { permissions: NOTHING },
  cron_triggers: NOTHING,
  remote_schemas: { permissions: NOTHING, remote_relationships: { relationships: NOTHING } },
};

/** No object of its own: a permission that an inherited role does not get, found at the table it would be on. */
const NOT_DROPPABLE = 'inherited role permission inconsistency';

type Keys = readonly (string | number)[];

/**
 * Drops exactly the inconsistent objects; the objects that used them are inconsistent themselves and go too. A query
 * that goes takes the REST endpoints over it along, and the last one its collection, as in Hasura.
 */
export function dropInconsistent(metadata: Metadata, inconsistencies: readonly Inconsistency[]): Change {
  const objects = inconsistencies.flatMap(({ type, path }) => {
    const keys = type === NOT_DROPPABLE ? [] : objectPath(path);
    return keys.length === 0 ? [] : [keys];
  });
  const dropped = without(metadata, tree(objects)) as Metadata;
  return noneNew(withoutLeftovers(dropped, metadata));
}

/** The place of the innermost object around a place in the document: `sources, 0, tables, 3, select_permissions, 0`. */
function objectPath(path: Keys): Keys {
  let lists: Lists | undefined = LISTS;
  let end = 0;
  for (const [index, key] of path.entries()) {
    if (typeof key === 'number') {
      end = index + 1;
      continue;
    }
    lists = lists && Object.hasOwn(lists, key) ? lists[key] : undefined;
    if (lists === undefined) break;
  }
  return path.slice(0, end);
}

/** What to remove below each key. */
type Removals = Map<string | number, Removals | 'all'>;

function tree(paths: readonly Keys[]): Removals {
  const root: Removals = new Map();
  for (const path of paths) {
    let level = root;
    for (const [index, key] of path.entries()) {
      if (index === path.length - 1) {
        level.set(key, 'all');
        break;
      }
      const next = level.get(key) ?? new Map<string | number, Removals | 'all'>();
      // Something around it is removed as a whole.
      if (next === 'all') break;
      level.set(key, next);
      level = next;
    }
  }
  return root;
}

function without(value: unknown, removals: Removals): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const below = removals.get(index);
      if (below === 'all') return [];
      return [below === undefined ? item : without(item, below)];
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => {
      const below = removals.get(key);
      return [key, below === undefined || below === 'all' ? item : without(item, below)];
    }),
  );
}

/** Removes what is left of collections whose queries went: REST endpoints over such a query, and empty collections. */
function withoutLeftovers(dropped: Metadata, before: Metadata): Metadata {
  const queries = new Set(queryKeys(dropped));
  const gone = new Set(queryKeys(before).filter((key) => !queries.has(key)));
  if (gone.size === 0) return dropped;
  const emptied = new Set(
    dropped.query_collections?.flatMap(({ name, definition }) =>
      definition.queries.length === 0 && hadQueries(before, name) ? [name] : [],
    ),
  );
  const endpoints = withList(dropped, 'rest_endpoints', (all) =>
    all.filter(
      ({ definition: { query } }) => !gone.has(JSON.stringify([query.collection_name, query.query_name])),
    ),
  );
  const allowlist = withList(endpoints, 'allowlist', (all) =>
    all.filter(({ collection }) => !emptied.has(collection)),
  );
  return withList(allowlist, 'query_collections', (all) => all.filter(({ name }) => !emptied.has(name)));
}

function queryKeys({ query_collections: collections = [] }: Metadata): string[] {
  return collections.flatMap(({ name, definition }) =>
    definition.queries.map((query) => JSON.stringify([name, query.name])),
  );
}

function hadQueries({ query_collections: collections = [] }: Metadata, name: string): boolean {
  return collections.some((one) => one.name === name && one.definition.queries.length > 0);
}
