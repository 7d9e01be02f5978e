// How what roles may write is laid out in an artifact's text, behind the parts that queries need, so that a cold isolate
// does not read it for a query. Lines of JSON and blocks without line ends:
//
//   shared head              SharedWritesHead
//   a block per table        SharedWrite: what of a table is the same for every role that writes to it
//   per role: its head       RoleWritesHead
//             a block per table it writes to: RoleWrite

import type { Extent, SharedRootField } from './layout.ts';
import type { BoolExp, ColumnMapping, PermissionValue, TableRef, TypeRef } from './types.ts';
import type { UniqueKey, ValidateInputModel, WriteKind, WriteModel } from './write-types.ts';

/** In the header: where the parts stand, as the other extents there. */
export interface WriteExtents {
  readonly shared: Extent;
  readonly roles: Readonly<Record<string, Extent>>;
}

/** By the number a table has for all roles: the length of its block, and its fields of the mutation root. */
export type SharedWritesHead = readonly (readonly [length: number, fields: readonly SharedWriteField[]])[];

export type SharedWriteField = readonly [
  name: string,
  kind: number,
  description: string | null,
  namespace?: string | undefined,
];

/** The numbers of `SharedWriteField`. */
export const WRITE_KINDS: readonly WriteKind[] = [
  'insert',
  'insert_one',
  'update',
  'update_by_pk',
  'update_many',
  'delete',
  'delete_by_pk',
];

export interface SharedWrite extends Pick<
  WriteModel,
  'source' | 'table' | 'typeName' | 'baseName' | 'partitioned' | 'unseen'
> {
  readonly columns: readonly PackedColumn[];
  readonly keys: readonly UniqueKey[];
  /** To every table some role can insert into. */
  readonly relationships: readonly PackedRelationship[];
}

/** `flags`: 1 nullable, 2 has a default. The last two are left out as those of `SharedField`. */
export type PackedColumn = readonly [
  name: string,
  type: TypeRef,
  flags: number,
  column?: string | undefined,
  description?: string | null | undefined,
];

/** `write` is the shared number of the other table; `flags`: 1 array, 2 inserted after this one. */
export type PackedRelationship = readonly [
  name: string,
  write: number,
  flags: number,
  mapping: ColumnMapping,
];

export interface RoleWritesHead {
  /** By the role's own numbers: shared number, length of the role's block, `WRITE_FLAGS`. */
  readonly writes: readonly (readonly [write: number, length: number, flags: number])[];
  /**
   * The role's fields of the mutation root, two numbers for each: the role's own of the table and the index in
   * `SharedWritesHead`, or -1 and the index in `functions`.
   */
  readonly fields: readonly number[];
  readonly functions: readonly (readonly [table: TableRef, field: SharedRootField])[];
}

/** What a role may do to a table, each with a bit, and whether for backends alone. */
export const WRITE_FLAGS = {
  insert: 1,
  update: 2,
  delete: 4,
  backendOnly: { insert: 8, update: 16, delete: 32 },
} as const;

/** Columns are indexes into `SharedWrite.columns`, 0 instead of a list means all. A missing permission is 0. */
export type RoleWrite = readonly [
  select: TableRef | null,
  insert:
    | readonly [
        columns: readonly number[] | 0,
        check: BoolExp,
        presets: readonly PackedPreset[],
        validateInput: ValidateInputModel | 0,
      ]
    | 0,
  update:
    | readonly [
        columns: readonly number[] | 0,
        filter: BoolExp,
        check: BoolExp | null,
        presets: readonly PackedPreset[],
        validateInput: ValidateInputModel | 0,
      ]
    | 0,
  remove: readonly [filter: BoolExp, validateInput: ValidateInputModel | 0] | 0,
];

export type PackedPreset = readonly [column: string, type: TypeRef, value: PermissionValue];
