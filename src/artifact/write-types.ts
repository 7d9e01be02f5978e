// What a role may write: its part of an artifact for mutations, resolved as everything in it is.

import type { QualifiedName, UnseenCode } from '../catalog/types.ts';
import type { WebhookHeader } from '../webhook/types.ts';
import type {
  BoolExp,
  ColumnMapping,
  FunctionRootField,
  PermissionValue,
  TableRef,
  TypeRef,
} from './types.ts';

/** Index into `RoleModel.writes`. */
export type WriteRef = number;

export type WriteKind =
  | 'insert'
  | 'insert_one'
  | 'update'
  | 'update_by_pk'
  | 'update_many'
  | 'delete'
  | 'delete_by_pk';

/** A field of `mutation_root`: a write to a table, or a function exposed as a mutation. */
export type MutationField = WriteField | FunctionRootField;

export interface WriteField {
  readonly kind: WriteKind;
  readonly name: string;
  /** As of every root field. */
  readonly namespace: string | null;
  readonly write: WriteRef;
  /** null hides it. */
  readonly description: string | null;
}

/** A table or view as one role may write to it; at least one of `insert`, `update` and `delete` is there. */
export interface WriteModel {
  /** Name in `Artifact.sources`. */
  readonly source: string;
  readonly table: QualifiedName;
  /** As in `TableModel`. */
  readonly typeName: string;
  readonly baseName: string;
  /** The table in `RoleModel.tables`: what `returning` and `where` may use; null when the role may not select from it. */
  readonly select: TableRef | null;
  /** Every column that can be written at all, sorted by GraphQL name; the permissions list those the role may. */
  readonly columns: readonly WriteColumn[];
  /** Postgres then has no system columns in what an insert returns. */
  readonly partitioned: boolean;
  /** As in the catalog. */
  readonly unseen?: UnseenCode;
  /** What `on_conflict` may name: the primary key, then unique constraints and indexes by name. */
  readonly keys: readonly UniqueKey[];
  /** Relationships to tables the role may insert into, sorted by name. */
  readonly relationships: readonly WriteRelationship[];
  readonly insert: InsertModel | null;
  readonly update: UpdateModel | null;
  readonly delete: DeleteModel | null;
}

export interface WriteColumn {
  readonly name: string;
  /** Physical name. */
  readonly column: string;
  readonly type: TypeRef;
  readonly nullable: boolean;
  readonly description: string | null;
  /** Leaving it out may give something else than null. */
  readonly hasDefault: boolean;
}

export interface UniqueKey {
  /** Of the constraint, or of the index that has none. */
  readonly name: string;
  /** Physical names. */
  readonly columns: readonly string[];
}

/** Rows that may be inserted together with a row of the table. */
export interface WriteRelationship {
  readonly kind: 'object' | 'array';
  readonly name: string;
  readonly mapping: ColumnMapping;
  readonly write: WriteRef;
  /** Whether its row is inserted before this one, which takes over its key, or after. */
  readonly order: 'before' | 'after';
}

export interface InsertModel {
  /** GraphQL names of what a client may give; columns with a preset are not among them. */
  readonly columns: readonly string[];
  /** Must be true of every row inserted. */
  readonly check: BoolExp;
  readonly presets: readonly Preset[];
  readonly backendOnly: boolean;
  /** Must agree before anything is written; null: nobody is asked. Required: an insert past it must not be possible. */
  readonly validateInput: ValidateInputModel | null;
}

export interface UpdateModel {
  /** As of `InsertModel`. */
  readonly columns: readonly string[];
  /** Rows that may be updated. */
  readonly filter: BoolExp;
  /** Must be true of every row once it is updated; null leaves that to the filter before. */
  readonly check: BoolExp | null;
  readonly presets: readonly Preset[];
  readonly backendOnly: boolean;
  /** As of `InsertModel`. */
  readonly validateInput: ValidateInputModel | null;
}

export interface DeleteModel {
  readonly filter: BoolExp;
  readonly backendOnly: boolean;
  /** As of `InsertModel`. */
  readonly validateInput: ValidateInputModel | null;
}

/** A webhook that is told what a client sends. */
export interface ValidateInputModel {
  /** May hold `{{NAME}}` of the environment. */
  readonly url: string;
  readonly headers: readonly WebhookHeader[];
  readonly forwardClientHeaders: boolean;
  /** Seconds. */
  readonly timeout: number;
}

/** A value the metadata sets, whatever the client says. */
export interface Preset {
  /** Physical name. */
  readonly column: string;
  readonly type: TypeRef;
  readonly value: PermissionValue;
}
