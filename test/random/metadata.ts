// The model's tables, views, functions and what roles may read of them -> metadata.

import type {
  FunctionMetadata,
  LogicalModelMetadata,
  NativeQueryMetadata,
  PermissionEntry,
  RelationshipMetadata,
  SelectPermission,
  TableMetadata,
} from '../../src/metadata/types.ts';
import type { RelationshipShape, TableShape } from './model.ts';
import { isColumn, MODELS, TABLES } from './model.ts';
import type { Permissions } from './naive.ts';

type ByRole = Readonly<Record<string, Permissions>>;

/** Tracks the tables and the enum table; with foreign keys, relationships between tables are of those. */
export function tablesMetadata(
  select: ByRole,
  foreignKeys: boolean,
  more: (table: string) => Partial<TableMetadata>,
): readonly TableMetadata[] {
  const tables = Object.values(TABLES).map((shape): TableMetadata => {
    const relationships = (kind: RelationshipShape['kind']) =>
      Object.entries(shape.relationships)
        .filter(([, r]) => r.kind === kind && !r.only)
        .map(([name, r]) => ({ name, using: using(shape, r, foreignKeys) }));
    const computed = [
      ...Object.keys(shape.columns).filter((column) => !isColumn(shape.name, column)),
      ...Object.entries(shape.relationships).flatMap(([name, { only }]) => (only ? [name] : [])),
    ];
    return {
      table: { schema: 'public', name: shape.name },
      object_relationships: relationships('object'),
      array_relationships: relationships('array'),
      computed_fields: computed.map((name) => ({
        name,
        definition: { function: { schema: 'public', name } },
      })),
      select_permissions: selectPermissions(select, shape),
      ...more(shape.name),
    };
  });
  return [...tables, { table: { schema: 'public', name: 'mood' }, is_enum: true }];
}

function using(
  { view }: TableShape,
  { kind, table, on }: RelationshipShape,
  foreignKeys: boolean,
): RelationshipMetadata['using'] {
  const remote = { schema: 'public', name: table };
  if (!foreignKeys || view || TABLES[table]?.view)
    return { manual_configuration: { remote_table: remote, column_mapping: { [on[0]]: on[1] } } };
  return { foreign_key_constraint_on: kind === 'object' ? on[0] : { table: remote, column: on[1] } };
}

function selectPermissions(
  select: ByRole,
  { name }: TableShape,
): readonly PermissionEntry<SelectPermission>[] {
  return Object.entries(select).flatMap(([role, permissions]) => {
    const permission = permissions[name];
    if (!permission) return [];
    const { columns, filter, limit, allow_aggregations } = permission;
    const computed_fields = columns.filter((column) => !isColumn(name, column));
    return [
      {
        role,
        permission: {
          columns: columns.filter((column) => isColumn(name, column)),
          filter,
          limit,
          ...(name in TABLES && { allow_aggregations, computed_fields }),
        },
      },
    ];
  });
}

/** `search` finds articles, as those who may read them see them. */
export const FUNCTIONS: readonly FunctionMetadata[] = [{ function: { schema: 'public', name: 'search' } }];

/** `rated` finds scored articles by SQL of its own. */
export const NATIVE_QUERIES: readonly NativeQueryMetadata[] = [
  {
    root_field_name: 'rated',
    code: 'select id, author_id, title, rating from article where rating <= {{highest}}',
    arguments: { highest: { type: 'integer' } },
    returns: 'scored',
  },
];

/** What they are rows of. */
export function logicalModels(select: ByRole): readonly LogicalModelMetadata[] {
  return Object.values(MODELS).map((shape) => ({
    name: shape.name,
    fields: Object.entries(shape.columns).map(([name, type]) => ({
      name,
      type: { scalar: type === 'int' ? 'integer' : 'text', nullable: true },
    })),
    select_permissions: selectPermissions(select, shape),
  }));
}
