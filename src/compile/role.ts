// Tracked tables + one role's permissions -> the role's model: exactly what it may see.

import type {
  ColumnField,
  ComputedField,
  FieldModel,
  Inconsistency,
  RoleModel,
  RootField,
  TableRootField,
  TableModel,
  TableRef,
} from '../artifact/types.ts';
import { attempt, refuse, report, within } from './inconsistency.ts';
import { compareNames, quotedLabel } from './names.ts';
import type { TypeTable } from './scalars.ts';
import { createTypeTable } from './scalars.ts';
import type { CompiledPermission } from './select-permission.ts';
import { adminPermission, compileSelectPermission } from './select-permission.ts';
import { tableMemberObject } from './tables.ts';
import type { TrackedComputedField, TrackedSource, TrackedTable } from './tracked.ts';

export const ADMIN = 'admin';

/** A table a role may select from. */
interface Selectable {
  readonly table: TrackedTable;
  readonly permission: CompiledPermission;
}

/** Every role a permission of any kind names, and `admin`, sorted. */
export function rolesOf(sources: readonly TrackedSource[]): readonly string[] {
  const roles = new Set([ADMIN]);
  for (const source of sources) {
    for (const { metadata } of source.tables.values()) {
      for (const kind of ['select', 'insert', 'update', 'delete'] as const) {
        for (const { role } of metadata[`${kind}_permissions`] ?? []) roles.add(role);
      }
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
      const given = permissionOf(role, types, table, inconsistencies);
      const permission = role === ADMIN ? adminPermission(table) : given;
      return permission ? [{ table, permission }] : [];
    });
  const refs = new Map(selectable.map(({ table }, ref) => [table, ref]));
  const tables = selectable.map((s) => tableModel(s, types, refs));
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
  if (entries.some((e, i) => e.role === role && i > index)) {
    report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
    return null;
  }
  return attempt(inconsistencies, object, () =>
    within(`in table ${quotedLabel(table.catalog)}: in permission for role "${role}"`, () => {
      if (role === ADMIN) refuse('cannot define permission for admin role');
      return types.attempt(() => compileSelectPermission(types, table, entry.permission));
    }),
  );
}

function tableModel(
  { table, permission }: Selectable,
  types: TypeTable,
  refs: ReadonlyMap<TrackedTable, TableRef>,
): TableModel {
  const { catalog } = table;
  const fields: FieldModel[] = [
    ...columnFields(table, permission, types),
    ...relationshipFields(table, refs),
    ...computedFields(table, permission, types, refs),
  ];
  return {
    source: table.source.metadata.name,
    table: { schema: catalog.schema, name: catalog.name },
    typeName: table.typeName,
    baseName: table.baseName,
    description: table.description,
    fields: fields.sort((a, b) => compareNames(a.name, b.name)),
    primaryKey: visibleKey(table, permission),
    filter: permission.filter,
    limit: permission.limit,
    allowAggregations: permission.allowAggregations,
  };
}

function columnFields(table: TrackedTable, permission: CompiledPermission, types: TypeTable): ColumnField[] {
  return [...table.columns].flatMap(([name, { fieldName, type, catalog, description }]): ColumnField[] => {
    if (fieldName === null || !permission.columns.has(name)) return [];
    const { nullable } = catalog;
    return [
      { kind: 'column', name: fieldName, column: name, type: types.refer(type), nullable, description },
    ];
  });
}

/** Those that lead to a table the role may select from. */
function relationshipFields(table: TrackedTable, refs: ReadonlyMap<TrackedTable, TableRef>): FieldModel[] {
  return [...table.relationships.values()].flatMap((relationship): FieldModel[] => {
    const remote = refs.get(relationship.remote);
    if (remote === undefined) return [];
    const { name, mapping, nullable, description } = relationship;
    return relationship.kind === 'object'
      ? [{ kind: 'object_relationship', name, table: remote, mapping, nullable, description }]
      : [{ kind: 'array_relationship', name, table: remote, mapping, description }];
  });
}

/** As in Hasura: one that gives a value must be listed, one that gives a table's rows follows that table's permission. */
function computedFields(
  table: TrackedTable,
  permission: CompiledPermission,
  types: TypeTable,
  refs: ReadonlyMap<TrackedTable, TableRef>,
): ComputedField[] {
  return [...table.computedFields.values()].flatMap((computed): ComputedField[] => {
    const returns = resultFor(computed, permission, types, refs);
    if (!returns) return [];
    const { name, call, description } = computed;
    const args = computed.arguments.map((a) => ({ ...a, type: types.refer(a.type) }));
    return [{ kind: 'computed_field', name, call, arguments: args, returns, description }];
  });
}

function resultFor(
  { name, returns }: TrackedComputedField,
  permission: CompiledPermission,
  types: TypeTable,
  refs: ReadonlyMap<TrackedTable, TableRef>,
): ComputedField['returns'] | null {
  if (returns.kind === 'scalar') {
    return permission.computedFields.has(name) ? { kind: 'scalar', type: types.refer(returns.type) } : null;
  }
  const ref = refs.get(returns.table);
  return ref === undefined ? null : { kind: 'table', table: ref };
}

/** The primary key by field names, when the role sees all of it. */
function visibleKey(table: TrackedTable, permission: CompiledPermission): readonly string[] | null {
  const columns = table.catalog.primaryKey?.columns ?? [];
  const names = columns.flatMap((c) =>
    permission.columns.has(c) ? (table.columns.get(c)?.fieldName ?? []) : [],
  );
  return names.length > 0 && names.length === columns.length ? names : null;
}

function rootFields(
  { table, permission }: Selectable,
  ref: number,
  primaryKey: readonly string[] | null,
): RootField[] {
  const kinds: TableRootField['kind'][] = ['select'];
  if (permission.allowAggregations) kinds.push('select_aggregate');
  if (primaryKey) kinds.push('select_by_pk');
  return kinds
    .filter((kind) => permission.queryRootFields === null || permission.queryRootFields.has(kind))
    .map((kind) => ({
      ...table.rootFields[kind],
      kind,
      namespace: table.source.naming.namespace,
      table: ref,
    }));
}
