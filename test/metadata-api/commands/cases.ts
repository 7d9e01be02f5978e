// A command in a table of cases -> a test: the metadata before is the blog's, afterwards it differs in the named places
// and nowhere else, or the command is refused and says where and why.

import { describe, expect, test } from 'vitest';

import type { Inconsistency } from '../../../src/artifact/types.ts';
import type {
  CatalogColumn,
  CatalogFunction,
  CatalogTable,
  CatalogType,
  DatabaseCatalog,
} from '../../../src/catalog/types.ts';
import { HedgeError } from '../../../src/error/hedge-error.ts';
import { at } from '../../../src/error/path.ts';
import { reduce } from '../../../src/metadata-api/reduce.ts';
import type { Change, MetadataEndpoint } from '../../../src/metadata-api/types.ts';
import type { Metadata, SourceMetadata } from '../../../src/metadata/types.ts';

export interface Case {
  readonly name: string;
  readonly command: string;
  readonly args: unknown;
  readonly version?: 1 | 2;
  readonly endpoint?: MetadataEndpoint;
  /** The blog's unless given. */
  readonly given?: Metadata;
  readonly gives:
    | {
        /** Place in the metadata (`sources.0.tables`) -> what is there afterwards; undefined: nothing. */
        readonly changes: Readonly<Record<string, unknown>>;
        readonly consistency?: Change['consistency'];
        readonly answer?: unknown;
        /** What is inconsistent when the answer is made. */
        readonly inconsistencies?: readonly Inconsistency[];
      }
    | { readonly code: string; readonly message: string | RegExp; readonly path?: string };
}

export const ARGS = at(undefined, 'args');

/** Runs every case; the catalog of `default` is the blog's database. */
export function testCommands(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    test.each(cases)('$command: $name', (one) => {
      const { given = BLOG, gives } = one;
      const before = structuredClone(given);
      if ('code' in gives) expect(refusalOf(one)).toMatchObject(expectedRefusal(gives));
      else {
        const change = run(one);
        expect(change.metadata).toEqual(changed(given, gives.changes));
        if (gives.consistency) expect(change.consistency).toEqual(gives.consistency);
        expect(change.answer?.(gives.inconsistencies ?? [])).toEqual(gives.answer);
      }
      expect(given).toEqual(before);
    });
  });
}

function run({ command: type, args, version = 1, endpoint = 'v1/metadata', given = BLOG }: Case): Change {
  const command = { type, version, args, path: ARGS, endpoint };
  return reduce(given, command, { catalogs: new Map([['default', BLOG_CATALOG]]), defaultSource: FROM_ENV });
}

function refusalOf(one: Case): HedgeError {
  try {
    run(one);
  } catch (error) {
    if (error instanceof HedgeError) return error;
    throw error;
  }
  throw new Error('the command was not refused');
}

function expectedRefusal(gives: {
  readonly code: string;
  readonly message: string | RegExp;
  readonly path?: string;
}) {
  const { code, message, path = '$.args' } = gives;
  return { code, path, message: message instanceof RegExp ? expect.stringMatching(message) : message };
}

/** The metadata with other values in some places. */
export function changed(metadata: Metadata, changes: Readonly<Record<string, unknown>>): Metadata {
  const copy = structuredClone(metadata) as unknown as Record<string, unknown>;
  for (const [place, value] of Object.entries(changes)) {
    const keys = place.split('.');
    const last = keys.pop() ?? '';
    const owner = keys.reduce<Record<string, unknown>>((level, key) => level[key] as typeof level, copy);
    if (value === undefined) delete owner[last];
    else owner[last] = value;
  }
  return copy as unknown as Metadata;
}

/** What is refused in the reader of args of a `pg_` command, as Hasura wraps it. */
export function inCommand(command: string, message: string): string {
  return (
    `Error when parsing command ${command}.\n` +
    'See our documentation at https://hasura.io/docs/latest/graphql/core/api-reference/metadata-api/index.html#metadata-apis.\n' +
    `Internal error message: ${message}`
  );
}

// ------------------------------------------------------------------ the blog

const connection = (from_env: string) => ({ connection_info: { database_url: { from_env } } });

/** The source that the environment names. */
export const FROM_ENV: SourceMetadata = {
  name: 'default',
  kind: 'postgres',
  configuration: connection('HASURA_GRAPHQL_DATABASE_URL'),
  tables: [],
};

/** Article written by author, with a select permission over the relationship; tables `tag` and `label` are not tracked. */
export const BLOG: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: connection('PG_DATABASE_URL'),
      customization: { root_fields: { prefix: 'blog_' } },
      tables: [
        {
          table: { schema: 'public', name: 'author' },
          array_relationships: [
            {
              name: 'articles',
              using: {
                foreign_key_constraint_on: {
                  table: { schema: 'public', name: 'article' },
                  column: 'author_id',
                },
              },
            },
          ],
          computed_fields: [
            { name: 'full_name', definition: { function: { schema: 'public', name: 'full_name' } } },
          ],
          select_permissions: [
            { role: 'user', permission: { columns: ['id'], computed_fields: ['full_name'], filter: {} } },
          ],
        },
        {
          table: { schema: 'public', name: 'article' },
          object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
          select_permissions: [
            {
              role: 'user',
              permission: {
                columns: '*',
                filter: { _or: [{ author: { id: { _eq: 'X-Hasura-User-Id' } } }] },
              },
            },
          ],
        },
      ],
      functions: [
        { function: { schema: 'public', name: 'search_articles' }, permissions: [{ role: 'user' }] },
      ],
    },
  ],
  inherited_roles: [{ role_name: 'both', role_set: ['user', 'editor'] }],
  query_collections: [
    { name: 'first', definition: { queries: [{ name: 'authors', query: 'query { author { id } }' }] } },
    { name: 'second', definition: { queries: [] }, comment: 'empty' },
  ],
  allowlist: [{ collection: 'first', scope: { global: true } }],
  rest_endpoints: [
    {
      name: 'authors',
      url: 'authors',
      methods: ['GET'],
      definition: { query: { collection_name: 'first', query_name: 'authors' } },
    },
  ],
};

function pgType(name: string): CatalogType {
  return { schema: 'pg_catalog', name, dimensions: 0, kind: 'base' };
}

function row(name: string): CatalogType {
  return { schema: 'public', name, dimensions: 0, kind: 'composite' };
}

function table(name: string, columns: readonly string[], more: Partial<CatalogTable> = {}): CatalogTable {
  return {
    schema: 'public',
    name,
    kind: 'table',
    comment: null,
    columns: columns.map((column, index): CatalogColumn => ({
      name: column,
      position: index + 1,
      type: pgType(column.endsWith('id') ? 'int4' : 'text'),
      nullable: column !== 'id',
      hasDefault: column === 'id',
      generated: false,
      identity: null,
      comment: null,
    })),
    primaryKey: columns.includes('id') ? { name: `${name}_pkey`, columns: ['id'] } : null,
    uniqueKeys: [],
    foreignKeys: [],
    insertable: true,
    updatable: true,
    deletable: true,
    ...more,
  };
}

function fn(name: string, more: Partial<CatalogFunction>): CatalogFunction {
  return {
    schema: 'public',
    name,
    volatility: 'stable',
    returnsSet: false,
    returns: pgType('text'),
    returnsColumns: [],
    arguments: [],
    variadic: false,
    special: false,
    comment: null,
    ...more,
  };
}

/** The database of the blog's source. */
export const BLOG_CATALOG: DatabaseCatalog = {
  serverVersion: 180000,
  tables: [
    table('article', ['id', 'title', 'author_id'], {
      foreignKeys: [
        {
          name: 'article_author_id_fkey',
          columns: ['author_id'],
          referencedTable: { schema: 'public', name: 'author' },
          referencedColumns: ['id'],
        },
      ],
    }),
    table('author', ['id', 'name']),
    table('label', ['id']),
    table('tag', ['id', 'text']),
  ],
  functions: [
    fn('full_name', { arguments: [{ name: null, type: row('author'), hasDefault: false }] }),
    fn('search_articles', {
      returnsSet: true,
      returns: row('article'),
      arguments: [{ name: 'search', type: pgType('text'), hasDefault: false }],
    }),
    fn('search_tags', { returnsSet: true, returns: row('tag') }),
  ],
  enums: [],
  domains: [],
  composites: [],
};

/** The consistency of a change about one object. */
export function about(type: string, name: string): Change['consistency'] {
  return { kind: 'about', objects: [{ type, name }] };
}

export const NONE_NEW: Change['consistency'] = { kind: 'none new' };
