// Documents of versions 1 and 2 -> version 3: what stood at the top for the one database there was goes into the
// source "default". Positions stay those of the old file.
import type { Place, Report } from './problem.ts';
import {
  childOf,
  mappingTree,
  scalarTree,
  sequenceTree,
  treeOf,
  type Entry,
  type MappingTree,
  type Tree,
} from './tree.ts';

/** Hasura's own default: where the database is when nothing says so. */
export const DEFAULT_CONNECTION = {
  connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } },
};

/** Keys the console of Hasura 1 left in insert and update permissions, without a meaning since 2.0. */
const FORGOTTEN_PERMISSION_KEYS = ['localPresets', 'allow_upsert'];

const SOURCE_KEYS = ['tables', 'functions'];

/**
 * The document as version 3. What `export_metadata` wraps it in (`{resource_version, metadata}`) is taken off.
 * Without a version it is 3 when it has sources, else 1, as for Hasura.
 */
export function upgrade(tree: Tree, report: Report): Tree {
  const wrapped = childOf(tree, 'metadata');
  if (wrapped !== undefined) return upgrade(wrapped, report);
  if (tree.kind !== 'mapping') return tree;
  const written = childOf(tree, 'version');
  if (written === undefined) return upgradeFrom(tree, tree.entries.has('sources') ? 3 : 1);
  if (written.kind === 'hole') return tree;
  const version = written.kind === 'scalar' ? written.value : undefined;
  if (version === 1 || version === 2 || version === 3) return upgradeFrom(tree, version);
  report(written.place, 'The metadata\'s version must be 3 (1 and 2 are converted); write "version: 3".', [
    'version',
  ]);
  return upgradeFrom(tree, 3);
}

function upgradeFrom(tree: MappingTree, version: 1 | 2 | 3): Tree {
  const entries = new Map<string, Entry>();
  const at = tree.entries.get('version')?.place ?? tree.place;
  entries.set('version', { place: at, value: scalarTree(at, 3) });
  if (version !== 3) entries.set('sources', defaultSource(tree, version));
  for (const [key, entry] of tree.entries) {
    if (key === 'version' || (version !== 3 && SOURCE_KEYS.includes(key))) continue;
    const isEmptyLeftover = key === 'query_templates' && entry.value.size === 1;
    if (!isEmptyLeftover) entries.set(key, entry);
  }
  return mappingTree(tree.place, entries);
}

function defaultSource(tree: MappingTree, version: 1 | 2): Entry {
  const { place } = tree.entries.get('tables') ?? tree;
  const source = new Map<string, Entry>([
    ['name', added(place, 'default')],
    ['kind', added(place, 'postgres')],
    ['configuration', added(place, DEFAULT_CONNECTION)],
  ]);
  const tables = tree.entries.get('tables');
  source.set(
    'tables',
    tables === undefined ? added(place, []) : { ...tables, value: withoutLeftovers(tables.value) },
  );
  const functions = tree.entries.get('functions');
  if (functions !== undefined) {
    source.set(
      'functions',
      version === 1 ? { ...functions, value: functionEntries(functions.value) } : functions,
    );
  }
  return { place, value: sequenceTree(place, [mappingTree(place, source)]) };
}

function added(place: Place, value: unknown): Entry {
  return { place, value: treeOf(place, value) };
}

/** Version 1 lists the functions' names themselves. */
function functionEntries(tree: Tree): Tree {
  if (tree.kind !== 'sequence') return tree;
  const items = tree.items.map((item) =>
    item.kind === 'mapping' && item.entries.has('function')
      ? item
      : mappingTree(item.place, new Map([['function', { place: item.place, value: item }]])),
  );
  return sequenceTree(tree.place, items);
}

function withoutLeftovers(tree: Tree): Tree {
  if (tree.kind === 'sequence') return sequenceTree(tree.place, tree.items.map(tableWithoutLeftovers));
  return tree;
}

function tableWithoutLeftovers(table: Tree): Tree {
  return mapEntries(table, (key, value) =>
    key === 'insert_permissions' || key === 'update_permissions' ? permissionsWithoutLeftovers(value) : value,
  );
}

function permissionsWithoutLeftovers(list: Tree): Tree {
  if (list.kind !== 'sequence') return list;
  const items = list.items.map((item) =>
    mapEntries(item, (key, value) =>
      key === 'permission'
        ? mapEntries(value, (name, rule) => (FORGOTTEN_PERMISSION_KEYS.includes(name) ? undefined : rule))
        : value,
    ),
  );
  return sequenceTree(list.place, items);
}

function mapEntries(tree: Tree, change: (key: string, value: Tree) => Tree | undefined): Tree {
  if (tree.kind !== 'mapping') return tree;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of tree.entries) {
    const value = change(key, entry.value);
    if (value !== undefined) entries.set(key, { place: entry.place, value });
  }
  return mappingTree(tree.place, entries);
}
