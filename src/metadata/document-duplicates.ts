// A document -> what it declares twice, told as Hasura's reader tells it: the list's name and the names in question.
import { nameOf } from './describe.ts';
import type { DocumentProblem } from './document-problems.ts';
import type { DocumentPath } from './problem.ts';
import type { Metadata } from './types.ts';

/** What the lists of the document, of a source and of a table hold, in words of the messages. */
const DOCUMENT_LISTS = {
  sources: 'sources',
  remote_schemas: 'remote schemas',
  query_collections: 'query collections',
  allowlist: 'allowlist entries',
  actions: 'actions',
  cron_triggers: 'cron triggers',
  rest_endpoints: 'rest endpoints',
  inherited_roles: 'inherited roles',
} as const;
const SOURCE_LISTS = {
  tables: 'tables',
  functions: 'functions',
  native_queries: 'native queries',
  logical_models: 'logical models',
} as const;
const TABLE_LISTS = {
  object_relationships: 'object relationships',
  array_relationships: 'array relationships',
  computed_fields: 'computed fields',
  remote_relationships: 'remote relationships',
  insert_permissions: 'insert permissions',
  select_permissions: 'select permissions',
  update_permissions: 'update permissions',
  delete_permissions: 'delete permissions',
  event_triggers: 'event triggers',
} as const;

/** One problem for each list that declares a name twice, at the object that has the list. */
export function duplicateProblems(metadata: Metadata): readonly DocumentProblem[] {
  const problems: DocumentProblem[] = [...twiceIn(metadata, DOCUMENT_LISTS, [])];
  for (const [index, source] of metadata.sources.entries()) {
    const path = ['sources', index];
    problems.push(...twiceIn(source, SOURCE_LISTS, path));
    for (const [position, table] of source.tables.entries()) {
      problems.push(...twiceIn(table, TABLE_LISTS, [...path, 'tables', position]));
    }
  }
  return problems;
}

function* twiceIn<K extends string>(
  owner: Readonly<Partial<Record<NoInfer<K>, unknown>>>,
  lists: Readonly<Record<K, string>>,
  path: DocumentPath,
): Generator<DocumentProblem> {
  for (const key of Object.keys(lists) as K[]) {
    const list = owner[key];
    if (!Array.isArray(list) || list.length < 2) continue;
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const item of list) {
      const name = nameOf(key, item);
      if (name === undefined) continue;
      if (seen.has(name)) twice.add(name);
      seen.add(name);
    }
    if (twice.size === 0) continue;
    const message = `multiple declarations exist for the following ${lists[key]}: ${[...twice].join(', ')}`;
    yield { code: 'parse-failed', path, message };
  }
}
