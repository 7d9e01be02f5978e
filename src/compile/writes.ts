// Tracked tables + one role's insert, update and delete permissions -> what the role may write, and its mutation root.

import type { Inconsistency, TableModel, TableRef } from '../artifact/types.ts';
import type {
  DeleteModel,
  InsertModel,
  UpdateModel,
  UniqueKey,
  WriteColumn,
  WriteField,
  WriteModel,
  WriteRef,
  WriteRelationship,
} from '../artifact/write-types.ts';
import { attempt, refuse, report, within } from './inconsistency.ts';
import type { CompileOptions } from './options.ts';
import { compileDeletePermission } from './permission/delete-permission.ts';
import { compileInsertPermission } from './permission/insert-permission.ts';
import { isWritable } from './permission/permission-columns.ts';
import { compileUpdatePermission } from './permission/update-permission.ts';
import { ADMIN, type Roles } from './roles.ts';
import { mutationFields } from './tables/mutation-fields.ts';
import { compareNames, label, quotedLabel } from './tables/names.ts';
import type { TypeTable } from './tables/scalars.ts';
import { tableMemberObject } from './tables/tables.ts';
import type { TrackedRelationship, TrackedRows, TrackedTable } from './tables/tracked.ts';

/** What of the role's model is known before its writes. */
export interface WritesContext {
  readonly role: string;
  readonly roles: Roles;
  readonly types: TypeTable;
  readonly inconsistencies: Inconsistency[];
  /** By table: its number in `tables`. */
  readonly refs: ReadonlyMap<TrackedRows, TableRef>;
  readonly tables: readonly TableModel[];
  readonly options: CompileOptions;
}

/** A table a role may write to. */
interface Writable {
  readonly table: TrackedTable;
  readonly insert: InsertModel | null;
  readonly update: UpdateModel | null;
  readonly delete: DeleteModel | null;
}

/** The writes of a role to `all` the tables, which are sorted by type name, and their fields of the mutation root. */
export function compileWrites(
  ctx: WritesContext,
  all: readonly TrackedTable[],
): { readonly writes: readonly WriteModel[]; readonly writeFields: readonly WriteField[] } {
  const writables = all.flatMap((table): Writable[] => {
    const { insertable, updatable, deletable } = table.catalog;
    const insert = insertPermission(ctx, table);
    const update = updatePermission(ctx, table);
    const remove = deletePermission(ctx, table);
    const writable = {
      table,
      insert: insertable ? insert : null,
      update: updatable ? update : null,
      delete: deletable ? remove : null,
    };
    return writable.insert || writable.update || writable.delete ? [writable] : [];
  });
  const writeRefs = new Map<TrackedRows, WriteRef>(
    writables.flatMap(({ table, insert }, ref) => (insert ? [[table, ref]] : [])),
  );
  const writes = writables.map((writable) => writeModel(ctx, writable, writeRefs));
  const writeFields = writables.flatMap(({ table }, ref) => {
    const model = writes[ref];
    const selected = ctx.tables[model?.select ?? -1];
    const fields = model ? mutationFields(table, model, ref, (selected?.primaryKey ?? null) !== null) : [];
    return ctx.options.hideUpdateMany ? fields.filter(({ kind }) => kind !== 'update_many') : fields;
  });
  return { writes, writeFields };
}

function insertPermission(ctx: WritesContext, table: TrackedTable): InsertModel | null {
  const admin = { columns: '*', check: {} } as const;
  return permissionOf(ctx, table, 'insert', admin, (permission) =>
    compileInsertPermission(ctx.types, table, permission),
  );
}

function updatePermission(ctx: WritesContext, table: TrackedTable): UpdateModel | null {
  const admin = { columns: '*', filter: {} } as const;
  return permissionOf(ctx, table, 'update', admin, (permission) =>
    compileUpdatePermission(ctx.types, table, permission),
  );
}

function deletePermission(ctx: WritesContext, table: TrackedTable): DeleteModel | null {
  return permissionOf(ctx, table, 'delete', { filter: {} }, (permission) =>
    compileDeletePermission(ctx.types, table, permission),
  );
}

type Kind = 'insert' | 'update' | 'delete';
type PermissionOf<K extends Kind> = NonNullable<
  TrackedTable['metadata'][`${K}_permissions`]
>[number]['permission'];

/** The permission of the role, compiled: the one given to it by name, else what it inherits. `admin` may do everything. */
function permissionOf<K extends Kind, Model>(
  ctx: WritesContext,
  table: TrackedTable,
  kind: K,
  admin: PermissionOf<K>,
  compile: (permission: PermissionOf<K>) => Model,
): Model | null {
  const known = new Map<string, Model | null>();
  const of = (role: string, list: Inconsistency[]): Model | null => {
    let model = known.get(role);
    if (model === undefined) known.set(role, (model = found(role, list)));
    return model;
  };
  const found = (role: string, list: Inconsistency[]): Model | null => {
    const own = ownPermission({ ...ctx, role, inconsistencies: list }, table, kind, compile);
    if (own.given) return own.model;
    // What keeps a parent's permission out is on the list once, of the parent.
    const inherited = ctx.roles.parents(role).flatMap((parent) => of(parent, []) ?? []);
    const [first, ...others] = inherited;
    const text = JSON.stringify(first);
    if (first !== undefined && others.some((other) => JSON.stringify(other) !== text)) {
      reportConflict(list, role, table, kind);
      return null;
    }
    return first ?? null;
  };
  const model = of(ctx.role, ctx.inconsistencies);
  return ctx.role === ADMIN ? compile(admin) : model;
}

function ownPermission<K extends Kind, Model>(
  { role, types, inconsistencies }: WritesContext,
  table: TrackedTable,
  kind: K,
  compile: (permission: PermissionOf<K>) => Model,
): { readonly given: boolean; readonly model: Model | null } {
  const entries = (table.metadata[`${kind}_permissions`] ?? []) as readonly {
    readonly role: string;
    readonly permission: PermissionOf<K>;
    readonly comment?: string | null;
  }[];
  const index = entries.findIndex((e) => e.role === role);
  const entry = entries[index];
  if (!entry) return { given: false, model: null };
  const object = tableMemberObject(table, {
    type: `${kind}_permission`,
    name: role,
    definition: { role, permission: entry.permission, comment: entry.comment ?? null },
    path: [`${kind}_permissions`, index, 'permission'],
  });
  if (entries.some((e, i) => e.role === role && i > index)) {
    report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
    return { given: true, model: null };
  }
  const model = attempt(inconsistencies, object, () =>
    within(`in table ${quotedLabel(table.catalog)}: in permission for role "${role}"`, () => {
      if (role === ADMIN) refuse('cannot define permission for admin role');
      return types.attempt(() => compile(entry.permission));
    }),
  );
  return { given: true, model };
}

/** As in Hasura: a role inherits a permission to write only where all that it is made of have the same. */
function reportConflict(list: Inconsistency[], role: string, table: TrackedTable, kind: Kind): void {
  const source = table.source.metadata.name;
  const name = label(table.catalog);
  const object = {
    type: 'inherited role permission inconsistency',
    name: role,
    definition: { permission_type: kind, source, table: name },
    path: table.path,
  };
  report(
    list,
    object,
    `Could not inherit permission for the role '${role}' for the entity: '${kind} permission, table: ${name}, source: '${source}''`,
  );
}

function writeModel(
  ctx: WritesContext,
  { table, insert, update, delete: remove }: Writable,
  writeRefs: ReadonlyMap<TrackedRows, WriteRef>,
): WriteModel {
  const { catalog } = table;
  return {
    source: table.source.metadata.name,
    table: { schema: catalog.schema, name: catalog.name },
    typeName: table.typeName,
    baseName: table.baseName,
    select: ctx.refs.get(table) ?? null,
    columns: writeColumns(ctx.types, table),
    partitioned: catalog.kind === 'partitioned table',
    ...(catalog.unseen && { unseen: catalog.unseen }),
    keys: keysOf(table),
    relationships: [...table.relationships.values()]
      .flatMap((relationship) => writeRelationship(table, relationship, writeRefs))
      .sort((a, b) => compareNames(a.name, b.name)),
    insert,
    update,
    delete: remove,
  };
}

function writeColumns(types: TypeTable, table: TrackedTable): readonly WriteColumn[] {
  const columns = [...table.columns].flatMap(([column, tracked]): WriteColumn[] => {
    const { fieldName: name, catalog, description, type } = tracked;
    if (name === null || !isWritable(tracked)) return [];
    const { nullable } = catalog;
    // A domain may bring a default that the column does not show, and so may the table below a view.
    const hasDefault =
      catalog.hasDefault ||
      catalog.identity !== null ||
      catalog.type.kind === 'domain' ||
      table.catalog.kind === 'view';
    return [{ name, column, type: types.refer(type), nullable, description, hasDefault }];
  });
  return columns.sort((a, b) => compareNames(a.name, b.name));
}

function keysOf({ catalog }: TrackedTable): readonly UniqueKey[] {
  const keys = [...(catalog.primaryKey ? [catalog.primaryKey] : []), ...catalog.uniqueKeys];
  return keys.map(({ name, columns }) => ({ name, columns }));
}

function writeRelationship(
  table: TrackedTable,
  { kind, name, mapping, remote }: TrackedRelationship,
  writeRefs: ReadonlyMap<TrackedRows, WriteRef>,
): readonly WriteRelationship[] {
  const write = writeRefs.get(remote);
  if (write === undefined) return [];
  const order = kind === 'array' || isInsertedAfter(table, name) ? 'after' : 'before';
  return [{ kind, name, mapping, write, order }];
}

/** Of an object relationship: over the other table's key, or told so. */
function isInsertedAfter({ metadata }: TrackedTable, name: string): boolean {
  const using = metadata.object_relationships?.find((r) => r.name === name)?.using;
  if (!using) return false;
  if ('manual_configuration' in using) return using.manual_configuration.insertion_order === 'after_parent';
  const key = using.foreign_key_constraint_on;
  return typeof key === 'object' && 'table' in key;
}
