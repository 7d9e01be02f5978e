// What a role may write, the mutations it sends, and what may come of them.

import type { Row, Value } from './model.ts';
import type { Filter, Permissions, Selection } from './naive.ts';

export interface InsertRights {
  readonly columns: readonly string[];
  readonly check: Filter;
  readonly set: Readonly<Record<string, Value>>;
  readonly backend_only: boolean;
}

export interface UpdateRights {
  readonly columns: readonly string[];
  readonly filter: Filter;
  readonly check: Filter | null;
  readonly set: Readonly<Record<string, Value>>;
  readonly backend_only: boolean;
}

export interface DeleteRights {
  readonly filter: Filter;
  readonly backend_only: boolean;
}

/** What a role may write to a table. */
export interface Writes {
  readonly insert?: InsertRights | undefined;
  readonly update?: UpdateRights | undefined;
  readonly delete?: DeleteRights | undefined;
}

export interface Rights {
  readonly select: Permissions;
  readonly writes: Readonly<Record<string, Writes>>;
}

export interface InsertObject {
  readonly values: Readonly<Record<string, Value>>;
  /** By relationship. */
  readonly nested: Readonly<Record<string, Nested>>;
}

export interface Nested {
  readonly objects: readonly InsertObject[];
  readonly conflict?: Conflict | undefined;
}

export interface Conflict {
  readonly constraint: string;
  readonly update_columns: readonly string[];
  readonly where?: Filter | undefined;
}

export interface Change {
  readonly _set?: Readonly<Record<string, Value>> | undefined;
  readonly _inc?: Readonly<Record<string, number>> | undefined;
}

/** One root field. */
export type Mutation = {
  readonly table: string;
  /** Absent: the number of rows alone. */
  readonly returning?: readonly Selection[] | undefined;
} & (
  | {
      readonly kind: 'insert' | 'insert_one';
      readonly objects: readonly InsertObject[];
      readonly conflict?: Conflict | undefined;
    }
  | { readonly kind: 'update'; readonly where: Filter; readonly change: Change }
  | { readonly kind: 'update_by_pk'; readonly id: number; readonly change: Change }
  | {
      readonly kind: 'update_many';
      readonly updates: readonly { readonly where: Filter; readonly change: Change }[];
    }
  | { readonly kind: 'delete'; readonly where: Filter }
  | { readonly kind: 'delete_by_pk'; readonly id: number }
);

export type Rows = Readonly<Record<string, readonly Row[]>>;

/** What may come of a request: an answer with the rows it leaves, or any of the codes with the rows as they were. */
export interface Outcome {
  readonly codes: readonly string[];
  readonly done?: { readonly data: readonly unknown[]; readonly rows: Rows };
}

export interface Asking {
  readonly rights: Rights;
  readonly session: Readonly<Record<string, string>>;
  /** Whether permissions for backends count. */
  readonly backend: boolean;
  /** Whether the database has the triggers. */
  readonly triggers: boolean;
  /** The id the next row without one gets, in every table. */
  readonly nextId: number;
}
