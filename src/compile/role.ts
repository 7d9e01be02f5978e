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
import { must } from '../util/assert.ts';
import { type FunctionAccess, functionFields } from './functions/function-fields.ts';
import { nativeModel, nativeQueryFields } from './native-queries/native-query-fields.ts';
import type { CompileOptions } from './options.ts';
import { rowsOfFunctions, rowsOfQueries, type Selectable } from './permission/role-rows.ts';
import { selectPermissionOf } from './permission/role-select.ts';
import type { CompiledPermission } from './permission/select-permission.ts';
import { adminPermission } from './permission/select-permission.ts';
import { ADMIN } from './roles.ts';
import { compareNames } from './tables/names.ts';
import type { TypeTable } from './tables/scalars.ts';
import { createTypeTable } from './tables/scalars.ts';
import type { TrackedComputedField, TrackedRows, TrackedSource, TrackedTable } from './tables/tracked.ts';
import { compileWrites } from './writes.ts';

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
  const permissionOf = (table: TrackedRows): CompiledPermission | null => {
    // One given to admin is an error, which is found by reading it.
    const given = selectPermissionOf(role, { roles: world.roles, types, table }, inconsistencies);
    return role === ADMIN ? adminPermission(table) : given;
  };
  const ofTables = all.flatMap((table) => {
    const permission = permissionOf(table);
    return permission ? [{ table, permission }] : [];
  });
  const native = world.sources.flatMap((source) => [...source.nativeQueries.values()]);
  const others = [
    ...rowsOfQueries(world.sources, native, permissionOf),
    ...rowsOfFunctions(role, world, ofTables),
  ];
  const selectable: readonly Selectable[] = others.length === 0 ? ofTables : sorted([...ofTables, ...others]);
  const refs = new Map(selectable.map(({ table }, ref) => [table, ref]));
  const tables = selectable.map((s) => tableModel(s, types, refs));
  const ofRoot = (root: 'query' | 'subscription'): RootField[] =>
    ofTables.flatMap((s) => {
      const ref = must(refs.get(s.table), 'a number for each table');
      return rootFields(root, s, ref, tables[ref]?.primaryKey ?? null, world.options);
    });
  const elsewhere = [
    ...nativeQueryFields(native, selectable, { refs, types }),
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
    queryFields: [...ofRoot('query'), ...elsewhere].sort((a, b) => compareNames(a.name, b.name)),
    subscriptionFields: [...ofRoot('subscription'), ...elsewhere].sort((a, b) =>
      compareNames(a.name, b.name),
    ),
    writes,
    mutationFields: mutationFields.sort((a, b) => compareNames(a.name, b.name)),
  };
}

function sorted(selectable: readonly Selectable[]): readonly Selectable[] {
  return selectable.toSorted((a, b) => compareNames(a.table.typeName, b.table.typeName));
}

function tableModel(
  { table, permission }: Selectable,
  types: TypeTable,
  refs: ReadonlyMap<TrackedRows, TableRef>,
): TableModel {
  const { catalog } = table;
  const fields: FieldModel[] = [
    ...columnFields(table, permission, types),
    ...relationshipFields(table, types, refs),
    ...computedFields(table, permission, types, refs),
  ];
  return {
    source: table.source.metadata.name,
    table: { schema: catalog.schema, name: catalog.name },
    ...(table.rowsOf && { rowsOf: table.rowsOf }),
    typeName: table.typeName,
    baseName: table.baseName,
    description: table.description,
    fields: fields.sort((a, b) => compareNames(a.name, b.name)),
    primaryKey: visibleKey(table, permission),
    filter: permission.filter,
    limit: permission.limit,
    allowAggregations: permission.allowAggregations,
    ...('connectionField' in table && relayTable(table as TrackedTable, types)),
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

function columnFields(table: TrackedRows, permission: CompiledPermission, types: TypeTable): ColumnField[] {
  return [...table.columns].flatMap(([column, { fieldName, type, catalog, description }]): ColumnField[] => {
    const rows = permission.columns.get(column);
    if (fieldName === null || !rows) return [];
    const common = { kind: 'column', name: fieldName, column, type: types.refer(type), description } as const;
    if (rows.kind === 'true') return [{ ...common, nullable: catalog.nullable }];
    return [{ ...common, nullable: true, visible: rows }];
  });
}

/** Those that lead to a table the role may select from. */
function relationshipFields(
  table: TrackedRows,
  types: TypeTable,
  refs: ReadonlyMap<TrackedRows, TableRef>,
): FieldModel[] {
  return [...table.relationships.values()].flatMap((relationship): FieldModel[] => {
    const remote = refs.get(relationship.remote);
    if (remote === undefined) return [];
    const { name, mapping, nullable, description, native } = relationship;
    const common = {
      name,
      table: remote,
      mapping,
      description,
      ...(native && { native: nativeModel(native, types) }),
      ...((native || table.rowsOf) && { selectOnly: true as const }),
    };
    return relationship.kind === 'object'
      ? [{ kind: 'object_relationship', ...common, nullable }]
      : [{ kind: 'array_relationship', ...common }];
  });
}

/**
 * As in Hasura: one that gives a value must be listed, one that gives a table's rows follows that table's permission. One
 * that gives rows of its own must be listed, too.
 */
function computedFields(
  table: TrackedRows,
  permission: CompiledPermission,
  types: TypeTable,
  refs: ReadonlyMap<TrackedRows, TableRef>,
): ComputedField[] {
  return [...table.computedFields.values()].flatMap((computed): ComputedField[] => {
    const returns = resultFor(computed, permission, types, refs);
    if (!returns) return [];
    const { name, call, description } = computed;
    const args = computed.arguments.map((a) => ({ ...a, type: types.refer(a.type) }));
    const common = { kind: 'computed_field', name, call, arguments: args, returns, description } as const;
    const rows = isListed(computed) ? permission.computedFields.get(name) : undefined;
    return [rows && rows.kind !== 'true' ? { ...common, visible: rows } : common];
  });
}

function isListed({ returns }: TrackedComputedField): boolean {
  return returns.kind === 'scalar' || returns.table.rowsOf !== undefined;
}

function resultFor(
  computed: TrackedComputedField,
  permission: CompiledPermission,
  types: TypeTable,
  refs: ReadonlyMap<TrackedRows, TableRef>,
): ComputedField['returns'] | null {
  const { name, returns } = computed;
  if (isListed(computed) && !permission.computedFields.has(name)) return null;
  if (returns.kind === 'scalar') return { kind: 'scalar', type: types.refer(returns.type) };
  const ref = refs.get(returns.table);
  if (ref === undefined) return null;
  return { kind: 'table', table: ref, ...(returns.single && { single: true as const }) };
}

/** The primary key by field names, when the role sees all of it. */
function visibleKey(table: TrackedRows, permission: CompiledPermission): readonly string[] | null {
  const columns = table.catalog.primaryKey?.columns ?? [];
  const names = columns.flatMap((c) =>
    permission.columns.has(c) ? (table.columns.get(c)?.fieldName ?? []) : [],
  );
  return names.length > 0 && names.length === columns.length ? names : null;
}

function rootFields(
  root: 'query' | 'subscription',
  { table, permission }: { readonly table: TrackedTable; readonly permission: CompiledPermission },
  ref: number,
  primaryKey: readonly string[] | null,
  { hideStreams }: CompileOptions,
): RootField[] {
  const kinds: TableRootField['kind'][] = ['select'];
  if (permission.allowAggregations) kinds.push('select_aggregate');
  if (primaryKey) kinds.push('select_by_pk');
  if (root === 'subscription' && !hideStreams) kinds.push('select_stream');
  const allowed = root === 'query' ? permission.queryRootFields : permission.subscriptionRootFields;
  return kinds
    .filter((kind) => allowed === null || allowed.has(kind))
    .map((kind) => ({
      ...table.rootFields[kind],
      kind,
      namespace: table.source.naming.namespace,
      table: ref,
    }));
}
