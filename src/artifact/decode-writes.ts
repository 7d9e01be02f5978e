// The parts of an artifact's text that write-layout.ts describes -> what one role may write. Read when a mutation is
// first planned, tables when they are first looked at.

import { must } from '../util/assert.ts';
import { openBlocks, rootFieldOf, type Blocks } from './decode-parts.ts';
import type { RootFields } from './root-fields.ts';
import { rootFields } from './root-fields.ts';
import { derivedTypeName, type SourceNaming, type TableTypeKind } from './type-names.ts';
import type { SourceModel } from './types.ts';
import type {
  PackedColumn,
  PackedPreset,
  RoleWrite,
  RoleWritesHead,
  SharedWrite,
  SharedWritesHead,
} from './write-layout.ts';
import { WRITE_FLAGS, WRITE_KINDS } from './write-layout.ts';
import type {
  MutationField,
  Preset,
  WriteColumn,
  WriteField,
  WriteKind,
  WriteModel,
  WriteRef,
  WriteRelationship,
} from './write-types.ts';

/** A table as the planner and introspection of mutations read it. */
export interface WriteView extends WriteModel {
  readonly ref: WriteRef;
  /** Of its source. */
  readonly naming: SourceNaming;
  typeOf(kind: TableTypeKind): string;
  column(name: string): WriteColumn | undefined;
  relationship(name: string): WriteRelationship | undefined;
}

/** One role's mutations. */
export interface WritesView {
  /** With what permissions keep for backends. */
  readonly backend: boolean;
  readonly fields: RootFields<MutationField>;
  table(ref: WriteRef): WriteView;
}

/** Of a role that may write nothing. */
export const NO_WRITES: WritesView = {
  backend: false,
  fields: rootFields([], []),
  table: () => must<WriteView>(undefined, 'a role without writes has no tables to write to'),
};

/** What all roles' writes have in common, opened once. */
export type SharedWrites = Blocks<SharedWritesHead>;

/** Opens the shared part. */
export function openSharedWrites(text: string, start: number): SharedWrites {
  return openBlocks<SharedWritesHead>(text, start, (head) => head.map(([length]) => length));
}

/** Whether a role has permissions for backends alone, so that it has two views. */
export function hasBackendOnly(text: string, start: number): boolean {
  const { head } = openRoleWrites(text, start);
  const { insert, update, delete: remove } = WRITE_FLAGS.backendOnly;
  return head.writes.some(([, , flags]) => (flags & (insert | update | remove)) !== 0);
}

function openRoleWrites(text: string, start: number): Blocks<RoleWritesHead> {
  return openBlocks<RoleWritesHead>(text, start, ({ writes }) => writes.map(([, length]) => length));
}

/** The part of a role, for a backend or without what is for backends alone. */
export function openWrites(
  text: string,
  start: number,
  shared: SharedWrites,
  options: { readonly backend: boolean; readonly sources: readonly SourceModel[] },
): WritesView {
  const { head, block } = openRoleWrites(text, start);
  const may = (flags: number, permission: 'insert' | 'update' | 'delete'): boolean =>
    (flags & WRITE_FLAGS[permission]) !== 0 &&
    (options.backend || (flags & WRITE_FLAGS.backendOnly[permission]) === 0);
  const insertable = new Map(
    head.writes.flatMap(([n, , flags], ref) => (may(flags, 'insert') ? [[n, ref] as const] : [])),
  );

  const decode = (ref: WriteRef): WriteView => {
    const [n, , flags] = must(head.writes[ref], 'a table of the role');
    const common = shared.block(n) as SharedWrite;
    const [select, insert, update, remove] = block(ref) as RoleWrite;
    const { source, table, typeName, baseName, partitioned, unseen, keys } = common;
    const columns = common.columns
      .map(unpackColumn)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const listed = (list: readonly number[] | 0): readonly string[] =>
      list === 0
        ? columns.map((c) => c.name)
        : list.map((i) => must(common.columns[i], 'a column of the table')[0]);
    const relationships = common.relationships.flatMap(
      ([name, other, bits, mapping]): WriteRelationship[] => {
        const write = insertable.get(other);
        if (write === undefined) return [];
        const kind = (bits & 1) === 0 ? 'object' : 'array';
        return [{ kind, name, mapping, write, order: (bits & 2) === 0 ? 'before' : 'after' }];
      },
    );
    const backendOnly = (permission: 'insert' | 'update' | 'delete'): boolean =>
      (flags & WRITE_FLAGS.backendOnly[permission]) !== 0;
    const { naming } = must(
      options.sources.find((s) => s.name === source),
      'a source of the artifact',
    );
    const columnsByName = new Map(columns.map((c) => [c.name, c]));
    const relationshipsByName = new Map(relationships.map((r) => [r.name, r]));
    return {
      source,
      table,
      typeName,
      baseName,
      select,
      columns,
      partitioned,
      ...(unseen && { unseen }),
      keys,
      relationships,
      insert:
        insert !== 0 && may(flags, 'insert')
          ? {
              columns: listed(insert[0]),
              check: insert[1],
              presets: insert[2].map(unpackPreset),
              backendOnly: backendOnly('insert'),
              validateInput: insert[3] === 0 ? null : insert[3],
            }
          : null,
      update:
        update !== 0 && may(flags, 'update')
          ? {
              columns: listed(update[0]),
              filter: update[1],
              check: update[2],
              presets: update[3].map(unpackPreset),
              backendOnly: backendOnly('update'),
              validateInput: update[4] === 0 ? null : update[4],
            }
          : null,
      delete:
        remove !== 0 && may(flags, 'delete')
          ? {
              filter: remove[0],
              backendOnly: backendOnly('delete'),
              validateInput: remove[1] === 0 ? null : remove[1],
            }
          : null,
      ref,
      naming,
      typeOf: (kind) => derivedTypeName(naming, baseName, kind),
      column: (name) => columnsByName.get(name),
      relationship: (name) => relationshipsByName.get(name),
    };
  };
  const tables: WriteView[] = [];
  return {
    backend: options.backend,
    fields: rootFields(mutationFields(head, shared.head, may), options.sources),
    table: (ref) => (tables[ref] ??= decode(ref)),
  };
}

function mutationFields(
  head: RoleWritesHead,
  shared: SharedWritesHead,
  may: (flags: number, permission: 'insert' | 'update' | 'delete') => boolean,
): readonly MutationField[] {
  const fields: MutationField[] = [];
  for (let i = 0; i < head.fields.length; i += 2) {
    const [write, index] = [must(head.fields[i], 'a pair'), must(head.fields[i + 1], 'a pair')];
    if (write === -1) {
      const [table, packed] = must(head.functions[index], 'a function of the role');
      const field = rootFieldOf(packed, table);
      if ('function' in field) fields.push(field);
      continue;
    }
    const [n, , flags] = must(head.writes[write], 'a table of the role');
    const [name, kindNumber, description, namespace = null] = must(
      must(shared[n], 'a table of the artifact')[1][index],
      'a field of the table',
    );
    const kind = must(WRITE_KINDS[kindNumber], 'a kind of field');
    if (may(flags, permissionOf(kind)))
      fields.push({ kind, name, namespace, write, description } satisfies WriteField);
  }
  return fields;
}

function permissionOf(kind: WriteKind): 'insert' | 'update' | 'delete' {
  switch (kind) {
    case 'insert':
    case 'insert_one':
      return 'insert';
    case 'update':
    case 'update_by_pk':
    case 'update_many':
      return 'update';
    case 'delete':
    case 'delete_by_pk':
      return 'delete';
  }
}

function unpackColumn([name, type, flags, column = name, description = null]: PackedColumn): WriteColumn {
  return {
    name,
    column,
    type,
    nullable: (flags & 1) !== 0,
    hasDefault: (flags & 2) !== 0,
    description,
  };
}

function unpackPreset([column, type, value]: PackedPreset): Preset {
  return { column, type, value };
}
