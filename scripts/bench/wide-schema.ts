// A number of tables -> metadata and catalog of a database that has them, as literals: for measuring what the size of
// a schema costs. Only the first table is ever queried.

import type { CatalogColumn, CatalogTable, CatalogType, DatabaseCatalog } from '../../src/catalog/types.ts';
import type { Metadata, PermissionEntry, SelectPermission, TableMetadata } from '../../src/metadata/types.ts';
import { DATABASE_URL_VARIABLE } from './metadata.ts';

/** Roles of the metadata; `admin` comes on top. */
export const WIDE_ROLES = ['reader', 'user', 'editor', 'manager', 'auditor'] as const;

/** Makes the first `count` tables, and the one row that is queried. */
export function wideTablesSql(count: number): string {
  const tables = Array.from(
    { length: count },
    (_, i) => `create table wide_${i} (
  id int primary key, parent_id int references wide_${parentOf(i)}, owner_id int, name text not null, note text,
  amount numeric, is_open boolean, details jsonb, created_at timestamptz, updated_at timestamptz)`,
  );
  return [...tables, `insert into wide_0 (id, owner_id, name) values (1, 3, 'first')`].join(';\n');
}

/** Asks for the row above, as any of the roles whose user has the number 3. */
export const WIDE_QUERY = '{ wide_0_by_pk(id: 1) { id name } }';

const COLUMNS = {
  id: 'int4',
  parent_id: 'int4',
  owner_id: 'int4',
  name: 'text',
  note: 'text',
  amount: 'numeric',
  is_open: 'bool',
  details: 'jsonb',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

function pgType(name: string): CatalogType {
  return { schema: 'pg_catalog', name, dimensions: 0, kind: 'base' };
}

function catalogTable(i: number): CatalogTable {
  const columns = Object.entries(COLUMNS).map(([name, type], index): CatalogColumn => ({
    name,
    position: index + 1,
    type: pgType(type),
    nullable: name !== 'id' && name !== 'name',
    hasDefault: false,
    generated: false,
    identity: null,
    comment: null,
  }));
  return {
    schema: 'public',
    name: `wide_${i}`,
    kind: 'table',
    comment: null,
    columns,
    primaryKey: { name: `wide_${i}_pkey`, columns: ['id'] },
    uniqueKeys: [],
    foreignKeys: [
      {
        name: `wide_${i}_parent_id_fkey`,
        columns: ['parent_id'],
        referencedTable: { schema: 'public', name: `wide_${parentOf(i)}` },
        referencedColumns: ['id'],
      },
    ],
    insertable: true,
    updatable: true,
    deletable: true,
    unseen: 'nothing',
  };
}

/** A tree: each table refers to the one whose number is half its own. */
function parentOf(i: number): number {
  return i >> 1;
}

function selectPermissions(): PermissionEntry<SelectPermission>[] {
  return WIDE_ROLES.map((role) => ({
    role,
    permission: {
      columns: '*',
      filter: { _or: [{ owner_id: { _eq: 'X-Hasura-User-Id' } }, { parent: { is_open: { _eq: true } } }] },
      allow_aggregations: true,
    },
  }));
}

function tableMetadata(i: number): TableMetadata {
  const table = { schema: 'public', name: `wide_${i}` };
  return {
    table,
    object_relationships: [{ name: 'parent', using: { foreign_key_constraint_on: 'parent_id' } }],
    array_relationships: [
      {
        name: 'children',
        using: {
          manual_configuration: {
            remote_table: { schema: 'public', name: `wide_${parentOf(i)}` },
            column_mapping: { id: 'parent_id' },
          },
        },
      },
    ],
    select_permissions: selectPermissions(),
  };
}

/** Metadata and catalog of `count` tables of ten columns, two relationships and five select permissions each. */
export function wideSchema(count: number): {
  readonly metadata: Metadata;
  readonly catalog: DatabaseCatalog;
} {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return {
    metadata: {
      version: 3,
      sources: [
        {
          name: 'default',
          kind: 'postgres',
          configuration: { connection_info: { database_url: { from_env: DATABASE_URL_VARIABLE } } },
          tables: numbers.map(tableMetadata),
        },
      ],
    },
    catalog: {
      serverVersion: 180000,
      tables: numbers.map(catalogTable).sort((a, b) => (a.name < b.name ? -1 : 1)),
      functions: [],
      enums: [],
      domains: [],
      composites: [],
    },
  };
}
