// Metadata in which everything that can use something uses it, over the catalog of test/compile/catalog.ts.

import type { Metadata } from '../../../src/metadata/types.ts';

const named = (name: string) => ({ schema: 'public', name });
const connection = { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } };

export const BLOG = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: connection,
      tables: [
        {
          table: named('author'),
          configuration: {
            column_config: { name: { custom_name: 'fullName' }, constructor: { comment: 'odd' } },
            custom_column_names: { name: 'fullName' },
          },
          array_relationships: [
            {
              name: 'articles',
              using: { foreign_key_constraint_on: { table: named('article'), column: 'author_id' } },
            },
            {
              name: 'namesakes',
              using: {
                manual_configuration: {
                  remote_table: named('author'),
                  column_mapping: { name: 'constructor' },
                },
              },
            },
          ],
          computed_fields: [
            { name: 'upper', definition: { function: named('author_upper') } },
            { name: 'written', definition: { function: named('author_articles') } },
          ],
          select_permissions: [
            {
              role: 'user',
              permission: {
                columns: ['id'],
                computed_fields: ['upper'],
                filter: { articles: { _or: [{ title: { _like: 'A%' } }, { tags: { _is_null: true } }] } },
              },
            },
            {
              role: 'counter',
              permission: {
                columns: [],
                filter: {
                  articles_aggregate: {
                    count: { arguments: ['meta'], filter: { title: 'x' }, predicate: { _gt: 1 } },
                  },
                },
              },
            },
            { role: 'all', permission: { columns: '*', filter: {} } },
          ],
          event_triggers: [
            {
              name: 'renamed',
              definition: { update: { columns: ['name'], payload: ['id', 'raw'] }, insert: { columns: '*' } },
              webhook: 'http://localhost/',
            },
          ],
          remote_relationships: [
            {
              name: 'invoices',
              definition: {
                to_source: {
                  source: 'shop',
                  table: named('article'),
                  relationship_type: 'array',
                  field_mapping: { id: 'author_id' },
                },
              },
            },
            {
              name: 'payments',
              definition: {
                to_remote_schema: {
                  remote_schema: 'pay',
                  lhs_fields: ['name', 'upper'],
                  remote_field: { payments: { arguments: { by: { name: '$name' }, note: 'name' } } },
                },
              },
            },
          ],
        },
        {
          table: named('article'),
          object_relationships: [
            { name: 'author', using: { foreign_key_constraint_on: 'author_id' } },
            { name: 'editor', using: { foreign_key_constraint_on: ['editor_id'] } },
          ],
          insert_permissions: [
            {
              role: 'user',
              permission: {
                columns: [],
                check: { title: { _ceq: ['editor', 'name'] } },
                set: { tags: '{}', meta: 'X-Hasura-Meta' },
              },
            },
            { role: 'all', permission: { check: {} } },
          ],
          update_permissions: [
            {
              role: 'user',
              permission: {
                columns: ['title'],
                filter: { author: { written: { id: { _in: ['X-Hasura-Id'] } } } },
                check: {
                  _exists: { _table: 'author', _where: { raw: { _cast: { String: { _eq: 'x' } } } } },
                },
              },
            },
          ],
          delete_permissions: [
            {
              role: 'user',
              permission: { filter: { _not: { author: { upper: { _eq: 'ADA' } } } } },
            },
          ],
        },
      ],
      functions: [{ function: named('author_articles'), permissions: [{ role: 'user' }] }],
    },
    {
      name: 'shop',
      kind: 'postgres',
      configuration: connection,
      tables: [
        {
          table: named('article'),
          remote_relationships: [
            {
              name: 'author',
              definition: {
                to_source: {
                  source: 'default',
                  table: named('author'),
                  relationship_type: 'object',
                  field_mapping: { author_id: 'id' },
                },
              },
            },
          ],
        },
      ],
    },
  ],
  remote_schemas: [
    {
      name: 'pay',
      definition: { url: 'http://localhost/' },
      remote_relationships: [
        {
          type_name: 'Payment',
          relationships: [
            {
              name: 'author',
              definition: {
                to_source: {
                  source: 'default',
                  table: named('author'),
                  relationship_type: 'object',
                  field_mapping: { name: 'name' },
                },
              },
            },
          ],
        },
      ],
    },
  ],
  custom_types: {
    objects: [
      {
        name: 'Result',
        fields: [{ name: 'id', type: 'Int!' }],
        relationships: [
          { name: 'author', type: 'object', remote_table: named('author'), field_mapping: { id: 'id' } },
        ],
      },
    ],
  },
} as unknown as Metadata;
