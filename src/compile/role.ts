// Tracked tables + one role's permissions -> the role's model: exactly what it may see.

import type { FieldModel, Inconsistency, RoleModel, RootField, TableModel } from '../artifact/types.ts';
import { attempt, refuse } from './inconsistency.ts';
import { compareNames } from './names.ts';
import type { TypeTable } from './scalars.ts';
import { createTypeTable } from './scalars.ts';
import type { CompiledPermission } from './select-permission.ts';
import { adminPermission, compileSelectPermission } from './select-permission.ts';
import { tableMemberObject } from './tables.ts';
import type { TrackedSource, TrackedTable } from './tracked.ts';

export const ADMIN = 'admin';

/** A table a role may select from. */
interface Selectable {
  readonly table: TrackedTable;
  readonly permission: CompiledPermission;
}

/** Every role the permissions name, and `admin`, sorted. */
export function rolesOf(sources: readonly TrackedSource[]): readonly string[] {
  const roles = new Set([ADMIN]);
  for (const source of sources) {
    for (const { metadata } of source.tables.values()) {
      for (const entry of metadata.select_permissions ?? []) roles.add(entry.role);
    }
  }
  return [...roles].sort(compareNames);
}

/** Builds the model of a role; permissions that cannot be read go on the list and give nothing. */
export function compileRole(
  role: string,
  sources: readonly TrackedSource[],
  inconsistencies: Inconsistency[],
): RoleModel {
  const types = createTypeTable();
  const selectable = sources
    .flatMap((source) => [...source.tables.values()])
    .sort((a, b) => compareNames(a.typeName, b.typeName))
    .flatMap((table): Selectable[] => {
      const permission =
        role === ADMIN ? adminPermission(table) : permissionOf(role, types, table, inconsistencies);
      return permission ? [{ table, permission }] : [];
    });
  const refs = new Map(selectable.map(({ table }, ref) => [table, ref]));
  const byTable = new Map(selectable.map((s) => [s.table, s]));
  const tables = selectable.map((s) => tableModel(s, types, refs, byTable, role === ADMIN));
  const queryFields = selectable.flatMap((s, ref) => rootFields(s, ref, tables[ref]?.primaryKey ?? null));
  return {
    role,
    types: types.types,
    tables,
    queryFields: queryFields.sort((a, b) => compareNames(a.name, b.name)),
  };
}

function permissionOf(
  role: string,
  types: TypeTable,
  table: TrackedTable,
  inconsistencies: Inconsistency[],
): CompiledPermission | null {
  const entries = table.metadata.select_permissions ?? [];
  const index = entries.findIndex((e) => e.role === role);
  const entry = entries[index];
  if (!entry) return null;
  const object = tableMemberObject(table, {
    type: 'select_permission',
    name: role,
    definition: { role, permission: entry.permission, comment: entry.comment ?? null },
    path: ['select_permissions', index, 'permission'],
  });
  return attempt(inconsistencies, object, () =>
    types.attempt(() => {
      if (entries.findIndex((e, i) => e.role === role && i !== index) >= 0)
        refuse(`role "${role}" has more than one select permission`);
      return compileSelectPermission(types, table, entry.permission);
    }),
  );
}

function tableModel(
  { table, permission }: Selectable,
  types: TypeTable,
  refs: ReadonlyMap<TrackedTable, number>,
  byTable: ReadonlyMap<TrackedTable, Selectable>,
  admin: boolean,
): TableModel {
  const { catalog } = table;
  const fields: FieldModel[] = [];
  for (const [name, column] of table.columns) {
    if (column.fieldName === null || !permission.columns.has(name)) continue;
    fields.push({
      kind: 'column',
      name: column.fieldName,
      column: name,
      type: types.refer(column.type),
      nullable: column.catalog.nullable,
      description: column.description,
    });
  }
  for (const relationship of table.relationships.values()) {
    const ref = refs.get(relationship.remote);
    if (ref === undefined) continue;
    const { name, mapping, nullable } = relationship;
    const comment = relationshipComment(table, relationship.kind, name);
    fields.push(
      relationship.kind === 'object'
        ? {
            kind: 'object_relationship',
            name,
            table: ref,
            mapping,
            nullable,
            description: comment ?? 'An object relationship',
          }
        : {
            kind: 'array_relationship',
            name,
            table: ref,
            mapping,
            description: comment ?? 'An array relationship',
          },
    );
  }
  for (const computed of table.computedFields.values()) {
    const { returns } = computed;
    const ref = returns.kind === 'table' ? refs.get(returns.table) : undefined;
    // As in Hasura: a scalar one must be listed, one that returns a table follows that table's permission.
    if (
      returns.kind === 'table' ? ref === undefined : !admin && !permission.computedFields.has(computed.name)
    )
      continue;
    fields.push({
      kind: 'computed_field',
      name: computed.name,
      call: computed.call,
      arguments: computed.arguments.map((a) => ({ ...a, type: types.refer(a.type) })),
      returns:
        returns.kind === 'table'
          ? { kind: 'table', table: ref ?? 0 }
          : { kind: 'scalar', type: types.refer(returns.type) },
      description: computed.description,
    });
  }
  const key = catalog.primaryKey?.columns.map((c) =>
    permission.columns.has(c) ? (table.columns.get(c)?.fieldName ?? null) : null,
  );
  return {
    source: table.source.metadata.name,
    table: { schema: catalog.schema, name: catalog.name },
    typeName: table.typeName,
    description: table.description,
    fields: fields.sort((a, b) => compareNames(a.name, b.name)),
    primaryKey: key && key.length > 0 && key.every((name) => name !== null) ? key : null,
    filter: permission.filter,
    limit: byTable.get(table)?.permission.limit ?? null,
    allowAggregations: permission.allowAggregations,
  };
}

function relationshipComment(table: TrackedTable, kind: 'object' | 'array', name: string): string | null {
  const list = table.metadata[`${kind}_relationships`] ?? [];
  return list.find((r) => r.name === name)?.comment ?? null;
}

function rootFields(
  { table, permission }: Selectable,
  ref: number,
  primaryKey: readonly string[] | null,
): RootField[] {
  const kinds: RootField['kind'][] = ['select'];
  if (permission.allowAggregations) kinds.push('select_aggregate');
  if (primaryKey) kinds.push('select_by_pk');
  return kinds
    .filter((kind) => permission.queryRootFields === null || permission.queryRootFields.has(kind))
    .map((kind) => ({ ...table.rootFields[kind], kind, table: ref }));
}
