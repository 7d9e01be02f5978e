// A path in the document -> the words for what is there: `the select permission of role "user" on table "users"`.
import type { DocumentPath } from './problem.ts';
import { isMapping } from './schema/common.ts';

/** How the items of a list are called, and which of their keys names them. */
interface Noun {
  readonly noun: string;
  readonly key: string;
  /** The name is a role: `the … of role "x" on …`. */
  readonly role?: true;
}

/** Lists whose items have a name that no other item of the list may have. */
export const NAMED_LISTS: ReadonlyMap<string, Noun> = new Map<string, Noun>([
  ['sources', { noun: 'source', key: 'name' }],
  ['tables', { noun: 'table', key: 'table' }],
  ['functions', { noun: 'function', key: 'function' }],
  ['native_queries', { noun: 'native query', key: 'root_field_name' }],
  ['logical_models', { noun: 'logical model', key: 'name' }],
  ['object_relationships', { noun: 'object relationship', key: 'name' }],
  ['array_relationships', { noun: 'array relationship', key: 'name' }],
  ['computed_fields', { noun: 'computed field', key: 'name' }],
  ['relationships', { noun: 'relationship', key: 'name' }],
  ['remote_relationships', { noun: 'remote relationship', key: 'name' }],
  ['select_permissions', { noun: 'select permission', key: 'role', role: true }],
  ['insert_permissions', { noun: 'insert permission', key: 'role', role: true }],
  ['update_permissions', { noun: 'update permission', key: 'role', role: true }],
  ['delete_permissions', { noun: 'delete permission', key: 'role', role: true }],
  ['permissions', { noun: 'permission', key: 'role', role: true }],
  ['event_triggers', { noun: 'event trigger', key: 'name' }],
  ['remote_schemas', { noun: 'remote schema', key: 'name' }],
  ['query_collections', { noun: 'query collection', key: 'name' }],
  ['allowlist', { noun: 'allow list entry', key: 'collection' }],
  ['actions', { noun: 'action', key: 'name' }],
  ['input_objects', { noun: 'input type', key: 'name' }],
  ['objects', { noun: 'object type', key: 'name' }],
  ['scalars', { noun: 'scalar type', key: 'name' }],
  ['enums', { noun: 'enum type', key: 'name' }],
  ['cron_triggers', { noun: 'cron trigger', key: 'name' }],
  ['rest_endpoints', { noun: 'REST endpoint', key: 'name' }],
  ['inherited_roles', { noun: 'inherited role', key: 'role_name' }],
]);

/** The name of an item, `schema.name` for tables and functions outside `public`; undefined when it has none. */
export function nameOf(list: string, item: unknown): string | undefined {
  const noun = NAMED_LISTS.get(list);
  if (noun === undefined || !isMapping(item)) return undefined;
  // A remote schema lists its relationships by the type that gets them.
  const name = item[noun.key] ?? item['type_name'];
  if (isMapping(name) && typeof name['name'] === 'string') {
    const schema = name['schema'];
    return typeof schema === 'string' && schema !== 'public' ? `${schema}.${name['name']}` : name['name'];
  }
  return typeof name === 'string' ? name : undefined;
}

/** The innermost named object around a path, as words that fit into a sentence, and the keys below it. */
export function describe(
  document: unknown,
  path: DocumentPath,
): { readonly object: string; readonly rest: DocumentPath } {
  let value = document;
  let object: string | undefined;
  let restFrom = 0;
  for (const [index, key] of path.entries()) {
    value =
      Array.isArray(value) && typeof key === 'number'
        ? value[key]
        : isMapping(value)
          ? value[key]
          : undefined;
    const list = path[index - 1];
    const noun = typeof list === 'string' ? NAMED_LISTS.get(list) : undefined;
    if (typeof list !== 'string' || noun === undefined || typeof key !== 'number') continue;
    object = phrase(noun, nameOf(list, value), key, object);
    // With one source everything is in it, and saying so only makes sentences longer.
    if (
      list === 'sources' &&
      isMapping(document) &&
      isSingle(document['sources']) &&
      path.length > index + 2
    ) {
      const next = path[index + 1];
      if (typeof next === 'string' && NAMED_LISTS.has(next)) object = undefined;
    }
    restFrom = index + 1;
  }
  return { object: object ?? 'the metadata', rest: path.slice(restFrom) };
}

/** The thing at a path as the subject of a sentence: `"permission.filter" of the select permission of …`. */
export function subject(document: unknown, path: DocumentPath): string {
  const { object, rest } = describe(document, path);
  if (rest.length === 0) return object.charAt(0).toUpperCase() + object.slice(1);
  return `"${rest.join('.')}" of ${object}`;
}

function isSingle(list: unknown): boolean {
  return Array.isArray(list) && list.length === 1;
}

function phrase(noun: Noun, name: string | undefined, index: number, owner: string | undefined): string {
  if (noun.role === true && name !== undefined) {
    return `the ${noun.noun} of role "${name}"${owner === undefined ? '' : ` on ${owner}`}`;
  }
  const named = name === undefined ? `${noun.noun} number ${index + 1}` : `${noun.noun} "${name}"`;
  return owner === undefined ? named : `the ${named} of ${owner}`;
}
