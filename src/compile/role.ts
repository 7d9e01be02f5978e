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
import { type FunctionAccess, functionFields } from './function-fields.ts';
import { compareNames } from './names.ts';
import { selectPermissionOf } from './role-select.ts';
import { ADMIN } from './roles.ts';
import type { TypeTable } from './scalars.ts';
import { createTypeTable } from './scalars.ts';
import type { CompiledPermission } from './select-permission.ts';
import { adminPermission } from './select-permission.ts';
import type { TrackedComputedField, TrackedSource, TrackedTable } from './tracked.ts';
import { compileWrites } from './writes.ts';

/** A table a role may select from. */
interface Selectable {
  readonly table: TrackedTable;
  readonly permission: CompiledPermission;
}

/** What roles see a part of. */
export interface World extends FunctionAccess {
  readonly sources: readonly TrackedSource[];
}

/** Builds the model of a role; permissions that cannot be read go on the list and give nothing. */
export function compileRole(role: string, world: World, inconsistencies: Inconsistency[]): RoleModel {
  const types = createTypeTable();
  const all = world.sources
    .flatMap((source) => [...source.tables.values()])
    .sort((a, b) => compareNames(a.typeName, b.typeName));
  const selectable = all.flatMap((table): Selectable[] => {
    const given = selectPermissionOf(role, { roles: world.roles, types, table }, inconsistencies);
    const permission = role === ADMIN ? adminPermission(table) : given;
    return permission ? [{ table, permission }] : [];
  });
  const refs = new Map(selectable.map(({ table }, ref) => [table, ref]));
  const tables = selectable.map((s) => tableModel(s, types, refs));
  const queryFields = [
    ...selectable.flatMap((s, ref) => rootFields(s, ref, tables[ref]?.primaryKey ?? null)),
    ...functionFields(world, 'query', { role, types, refs, tables }),
  ];
  const { roles, options } = world;
  const { writes, writeFields } = compileWrites(
    { role, roles, options, types, refs, tables, inconsistencies },
    all,
  );
  const mutationFields = [
    ...writeFields,
    ...functionFields(world, 'mutation', { role, types, refs, tables }),
  ];
  return {
    role,
    types: types.types,
    tables,
    queryFields: queryFields.sort((a, b) => compareNames(a.name, b.name)),
    writes,
    mutationFields: mutationFields.sort((a, b) => compareNames(a.name, b.name)),
  };
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
    ...relayTable(table, types),
  };
}

function relayTable(table: TrackedTable, types: TypeTable): Pick<TableModel, 'relay'> {
  const columns = table.catalog.primaryKey?.columns ?? [];
  const key = columns.flatMap((column) => {
    const tracked = table.columns.get(column);
    return tracked ? [{ column, type: types.refer(tracked.type) }] : [];
  });
  const whole = key.length > 0 && key.length === columns.length;
  return whole ? { relay: { connection: table.connectionField, key } } : {};
}

function columnFields(table: TrackedTable, permission: CompiledPermission, types: TypeTable): ColumnField[] {
  return [...table.columns].flatMap(([column, { fieldName, type, catalog, description }]): ColumnField[] => {
    const rows = permission.columns.get(column);
    if (fieldName === null || !rows) return [];
    const common = { kind: 'column', name: fieldName, column, type: types.refer(type), description } as const;
    if (rows.kind === 'true') return [{ ...common, nullable: catalog.nullable }];
    return [{ ...common, nullable: true, visible: rows }];
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
    const common = { kind: 'computed_field', name, call, arguments: args, returns, description } as const;
    const rows = returns.kind === 'scalar' ? permission.computedFields.get(name) : undefined;
    return [rows && rows.kind !== 'true' ? { ...common, visible: rows } : common];
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
