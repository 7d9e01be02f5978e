// Nothing -> the metadata document of the benchmark's data: every table tracked, relationships along the foreign keys,
// and a role `user` that sees the catalogue whole, and customers with their invoices only where it supports them.

import type {
  Metadata,
  PermissionEntry,
  RelationshipMetadata,
  SelectPermission,
  TableMetadata,
  TableName,
} from '../../src/metadata/types.ts';
import { WRITE_TABLES } from './writes.ts';

/** Name of the variable that holds the connection string. */
export const DATABASE_URL_VARIABLE = 'HASURA_GRAPHQL_DATABASE_URL';

/** The role of every measured request; its row filters use `x-hasura-user-id`, an employee's number. */
export const ROLE = 'user';

const SUPPORTED_BY_USER = { support_rep_id: { _eq: 'X-Hasura-User-Id' } };

function publicTable(name: string): TableName {
  return { schema: 'public', name };
}

function toOne(name: string, column: string): RelationshipMetadata {
  return { name, using: { foreign_key_constraint_on: column } };
}

function toMany(name: string, table: string, column: string): RelationshipMetadata {
  return { name, using: { foreign_key_constraint_on: { table: publicTable(table), column } } };
}

function userMay(permission: Partial<SelectPermission>): readonly PermissionEntry<SelectPermission>[] {
  return [{ role: ROLE, permission: { columns: '*', filter: {}, allow_aggregations: true, ...permission } }];
}

const TABLES: readonly TableMetadata[] = [
  {
    table: publicTable('artist'),
    array_relationships: [toMany('albums', 'album', 'artist_id')],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('album'),
    object_relationships: [toOne('artist', 'artist_id')],
    array_relationships: [toMany('tracks', 'track', 'album_id')],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('genre'),
    array_relationships: [toMany('tracks', 'track', 'genre_id')],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('media_type'),
    array_relationships: [toMany('tracks', 'track', 'media_type_id')],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('track'),
    object_relationships: [
      toOne('album', 'album_id'),
      toOne('genre', 'genre_id'),
      toOne('media_type', 'media_type_id'),
    ],
    array_relationships: [
      toMany('playlist_tracks', 'playlist_track', 'track_id'),
      toMany('invoice_lines', 'invoice_line', 'track_id'),
    ],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('playlist'),
    array_relationships: [toMany('playlist_tracks', 'playlist_track', 'playlist_id')],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('playlist_track'),
    object_relationships: [toOne('playlist', 'playlist_id'), toOne('track', 'track_id')],
    select_permissions: userMay({}),
  },
  {
    table: publicTable('employee'),
    object_relationships: [toOne('superior', 'reports_to')],
    array_relationships: [
      toMany('subordinates', 'employee', 'reports_to'),
      toMany('customers', 'customer', 'support_rep_id'),
    ],
    select_permissions: userMay({
      columns: ['employee_id', 'last_name', 'first_name', 'title', 'reports_to', 'email'],
    }),
  },
  {
    table: publicTable('customer'),
    object_relationships: [toOne('support_rep', 'support_rep_id')],
    array_relationships: [toMany('invoices', 'invoice', 'customer_id')],
    select_permissions: userMay({ filter: SUPPORTED_BY_USER }),
  },
  {
    table: publicTable('invoice'),
    object_relationships: [toOne('customer', 'customer_id')],
    array_relationships: [toMany('lines', 'invoice_line', 'invoice_id')],
    select_permissions: userMay({ filter: { customer: SUPPORTED_BY_USER } }),
  },
  {
    table: publicTable('invoice_line'),
    object_relationships: [toOne('invoice', 'invoice_id'), toOne('track', 'track_id')],
    select_permissions: userMay({ filter: { invoice: { customer: SUPPORTED_BY_USER } } }),
  },
];

export const METADATA: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: DATABASE_URL_VARIABLE } } },
      tables: [...TABLES, ...WRITE_TABLES],
    },
  ],
};
