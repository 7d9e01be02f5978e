// A small project on a database of its own, behind the local Neon endpoint, and run_sql on it.

import { inject } from 'vitest';

import { readCatalog } from '../../../src/catalog/read-catalog.ts';
import { compile } from '../../../src/compile/compile.ts';
import { DEFAULT_COMPILE_OPTIONS } from '../../../src/compile/options.ts';
import { neonDatabase } from '../../../src/execute/neon.ts';
import type { Database, Statement } from '../../../src/execute/types.ts';
import { runSqlArgs } from '../../../src/metadata-api/run-sql/args.ts';
import { runSql } from '../../../src/metadata-api/run-sql/run-sql.ts';
import type { RunSqlOptions, RunSqlOutcome } from '../../../src/metadata-api/run-sql/types.ts';
import type { Metadata } from '../../../src/metadata/types.ts';
import { must } from '../../../src/util/assert.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const table = (name: string, rest: object = {}): unknown => ({ table: { schema: 'public', name }, ...rest });

const SQL = `
create table author (id serial primary key, name text, email text, is_admin boolean not null default false);
create table article (
  id serial primary key, title text, views integer, author_id integer references author (id), editor_id integer
);
create schema sales;
create table sales.invoice (id serial primary key, author_id integer, total numeric);
insert into author (name) values ('Ada'), (null);
create function search_articles(search text) returns setof article language sql stable as
  $$ select * from article where title ilike search $$;
create function shout(author_row author) returns text language sql stable as $$ select upper(author_row.name) $$;
`;

const METADATA = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
      tables: [
        table('author', {
          configuration: {
            column_config: { name: { custom_name: 'fullName' }, email: { custom_name: 'mail' } },
          },
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
            {
              name: 'invoices',
              using: {
                manual_configuration: {
                  remote_table: { schema: 'sales', name: 'invoice' },
                  column_mapping: { id: 'author_id' },
                },
              },
            },
          ],
          computed_fields: [{ name: 'loud', definition: { function: { schema: 'public', name: 'shout' } } }],
          select_permissions: [
            {
              role: 'user',
              permission: {
                columns: ['id', 'name'],
                computed_fields: ['loud'],
                filter: { id: 'X-Hasura-User-Id' },
              },
            },
          ],
        }),
        table('article', {
          object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
          select_permissions: [
            {
              role: 'user',
              permission: {
                columns: ['id', 'title'],
                filter: { _or: [{ author: { is_admin: true } }, { views: { _gt: 'X-Hasura-Views' } }] },
              },
            },
          ],
          insert_permissions: [
            {
              role: 'user',
              permission: {
                columns: ['title'],
                check: { author_id: 'X-Hasura-User-Id' },
                set: { views: 0 },
              },
            },
          ],
        }),
        { table: { schema: 'sales', name: 'invoice' } },
      ],
      functions: [{ function: { schema: 'public', name: 'search_articles' } }],
    },
  ],
} as unknown as Metadata;

export interface Project {
  readonly test: TestDatabase;
  readonly database: Database;
  /** As it was committed last. */
  metadata(): Metadata;
  /** Times that run_sql asked for the statements that store the metadata. */
  commits(): number;
  /** Runs SQL as the metadata API would. */
  run(args: object, options?: Partial<RunSqlOptions>): Promise<RunSqlOutcome>;
  /** The only value of a query. */
  value(sql: string): Promise<string | null>;
  /** What is inconsistent in the metadata as it is now. */
  inconsistencies(): Promise<readonly string[]>;
  drop(): Promise<void>;
}

/** `endpoint`: of a Neon endpoint, the run's own unless told. */
export async function createProject(endpoint: string = inject('neonUrl')): Promise<Project> {
  const test = await createTestDatabase({ sql: SQL });
  const database = neonDatabase({ connectionString: test.url, endpoint });
  let metadata = METADATA;
  let commits = 0;
  const catalog = () =>
    readCatalog(async (sql) => must(await database.queryText(sql, []), 'the catalog is one text'));
  const store = (): Promise<readonly Statement[]> => {
    commits += 1;
    return Promise.resolve([]);
  };
  return {
    test,
    database,
    metadata: () => metadata,
    commits: () => commits,
    async run(args, options) {
      const path = { parent: undefined, key: 'args' };
      const outcome = await runSql({
        args: runSqlArgs(args, path),
        database,
        metadata,
        compileOptions: DEFAULT_COMPILE_OPTIONS,
        catalogs: async () => new Map([['default', await catalog()]]),
        path,
        commit: store,
        ...options,
      });
      metadata = outcome.committed?.metadata ?? metadata;
      return outcome;
    },
    value: (sql) => database.queryText(sql, []),
    async inconsistencies() {
      const { inconsistencies } = compile(metadata, new Map([['default', await catalog()]]));
      return inconsistencies.map(({ name, reason }) => `${name}: ${reason}`);
    },
    drop: () => test.drop(),
  };
}
