// New names of tables, columns and functions, wherever the metadata says the old ones.

import { expect, test } from 'vitest';

import { nameKey } from '../../../src/compile/tables/names.ts';
import { rename } from '../../../src/metadata-api/dependencies/rename.ts';
import { CATALOG } from '../../compile/catalog.ts';
import { BLOG } from './blog.ts';

const named = (name: string, schema = 'public') => ({ schema, name });
const NOTHING = { tables: new Map(), columns: new Map(), functions: new Map() };

test('nothing renamed changes nothing', () => {
  expect(rename(BLOG, { source: 'default', catalog: CATALOG, renames: NOTHING })).toEqual(BLOG);
});

test('a table is renamed where it is named', () => {
  const renames = { ...NOTHING, tables: new Map([[nameKey(named('author')), named('writer', 'people')]]) };
  const renamed = rename(BLOG, { source: 'default', catalog: CATALOG, renames });
  // Relationships and roles keep their names, and `author` of source shop is another table.
  expect(JSON.parse(JSON.stringify(renamed))).toEqual(
    JSON.parse(
      JSON.stringify(BLOG)
        .replaceAll('{"schema":"public","name":"author"}', '{"schema":"people","name":"writer"}')
        .replace('"_table":"author"', '"_table":{"schema":"people","name":"writer"}'),
    ),
  );
});

test('columns are renamed where they are named, and nothing else that is called so', () => {
  const renames = {
    ...NOTHING,
    columns: new Map([
      [
        nameKey(named('author')),
        new Map([
          ['id', 'nr'],
          ['name', 'constructor'],
          ['constructor', 'name'],
          ['raw', 'cooked'],
        ]),
      ],
      [
        nameKey(named('article')),
        new Map([
          ['title', 'headline'],
          ['author_id', 'writer_id'],
          ['tags', 'labels'],
          ['meta', 'about'],
        ]),
      ],
    ]),
  };
  const renamed = rename(BLOG, { source: 'default', catalog: CATALOG, renames });
  const [blog, shop] = renamed.sources;
  expect(blog?.tables[0]).toMatchObject({
    configuration: {
      column_config: { constructor: { custom_name: 'fullName' }, name: { comment: 'odd' } },
      custom_column_names: { constructor: 'fullName' },
    },
    array_relationships: [
      { using: { foreign_key_constraint_on: { column: 'writer_id' } } },
      { using: { manual_configuration: { column_mapping: { constructor: 'name' } } } },
    ],
    select_permissions: [
      {
        permission: {
          columns: ['nr'],
          computed_fields: ['upper'],
          filter: { articles: { _or: [{ headline: { _like: 'A%' } }, { labels: { _is_null: true } }] } },
        },
      },
      {
        permission: {
          filter: {
            articles_aggregate: {
              count: { arguments: ['about'], filter: { headline: 'x' }, predicate: { _gt: 1 } },
            },
          },
        },
      },
      { permission: { columns: '*' } },
    ],
    event_triggers: [
      {
        name: 'renamed',
        definition: {
          update: { columns: ['constructor'], payload: ['nr', 'cooked'] },
          insert: { columns: '*' },
        },
      },
    ],
    remote_relationships: [
      { definition: { to_source: { field_mapping: { nr: 'author_id' } } } },
      {
        definition: {
          to_remote_schema: {
            lhs_fields: ['constructor', 'upper'],
            remote_field: { payments: { arguments: { by: { name: '$constructor' }, note: 'name' } } },
          },
        },
      },
    ],
  });
  expect(blog?.tables[1]).toMatchObject({
    object_relationships: [
      { using: { foreign_key_constraint_on: 'writer_id' } },
      { using: { foreign_key_constraint_on: ['editor_id'] } },
    ],
    insert_permissions: [
      {
        permission: {
          check: { headline: { _ceq: ['editor', 'constructor'] } },
          set: { labels: '{}', about: 'X-Hasura-Meta' },
        },
      },
      { permission: { check: {} } },
    ],
    update_permissions: [
      {
        permission: {
          columns: ['headline'],
          filter: { author: { written: { id: { _in: ['X-Hasura-Id'] } } } },
          check: { _exists: { _table: 'author', _where: { cooked: { _cast: { String: { _eq: 'x' } } } } } },
        },
      },
    ],
  });
  expect(shop?.tables[0]?.remote_relationships).toMatchObject([
    { definition: { to_source: { field_mapping: { author_id: 'nr' } } } },
  ]);
  expect(renamed.remote_schemas?.[0]?.remote_relationships).toMatchObject([
    { relationships: [{ definition: { to_source: { field_mapping: { name: 'constructor' } } } }] },
  ]);
  expect(renamed.custom_types?.objects).toMatchObject([{ relationships: [{ field_mapping: { id: 'nr' } }] }]);
});

test('functions are renamed where they are called', () => {
  const renames = {
    ...NOTHING,
    functions: new Map([[nameKey(named('author_articles')), named('works')]]),
  };
  const [blog] = rename(BLOG, { source: 'default', catalog: CATALOG, renames }).sources;
  expect(blog?.functions).toEqual([{ function: named('works'), permissions: [{ role: 'user' }] }]);
  expect(blog?.tables[0]?.computed_fields?.map(({ definition }) => definition.function.name)).toEqual([
    'author_upper',
    'works',
  ]);
});

test('another source with tables of the same names is left alone', () => {
  const renames = { ...NOTHING, tables: new Map([[nameKey(named('article')), named('thing')]]) };
  const renamed = rename(BLOG, { source: 'shop', catalog: CATALOG, renames });
  expect(renamed.sources[1]?.tables[0]?.table).toEqual(named('thing'));
  expect(renamed.sources[0]?.tables[1]).toEqual(BLOG.sources[0]?.tables[1]);
  expect(renamed.sources[0]?.tables[0]?.remote_relationships?.[0]).toMatchObject({
    definition: { to_source: { table: named('thing') } },
  });
});
