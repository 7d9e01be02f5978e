// How an artifact's text is laid out, so that a cold isolate decodes only what its request needs and little is
// written twice. Lines of JSON and blocks without line ends, in this order:
//
//   header                   ArtifactHeader
//   shared head              SharedHead
//   a block per table        SharedTable: what of a table is the same for every role that sees it
//   per role: its head       RoleHead
//             a block per table it sees: RoleTable
//   writes                   what roles may write, where the header says there are any: see write-layout.ts
//   stored queries           StoredQueries, where the header says there are any

import type { RequestLimits } from './limits.ts';
import type {
  Artifact,
  BoolExp,
  ColumnField,
  FieldModel,
  FunctionModel,
  NativeQueryModel,
  RootField,
  ScalarType,
  TableModel,
  TableRef,
  TypeRef,
} from './types.ts';
import type { WriteExtents } from './write-layout.ts';

/** Where a part stands: [offset, length] in UTF-16 units. */
export type Extent = readonly [number, number];

/** First line of the text. */
export interface ArtifactHeader {
  readonly version: number;
  readonly sources: Artifact['sources'];
  readonly inconsistencies: Artifact['inconsistencies'];
  readonly limits?: RequestLimits;
  readonly noIntrospection?: readonly string[];
  /** Each role's own part; offsets count from the character after this line. */
  readonly roles: Readonly<Record<string, Extent>>;
  readonly writes?: WriteExtents;
  /** Where the stored queries stand, counted in the same way. */
  readonly storedQueries?: Extent;
  /** The metadata document; only in the artifact of a bundle. */
  readonly document?: Extent;
}

/** Second line. Types and tables have one number for all roles, their index here. */
export interface SharedHead {
  readonly types: readonly ScalarType[];
  readonly tables: readonly SharedTableHead[];
}

/** Length of the table's block; then its root fields under every name and description a role knows them by. */
export type SharedTableHead = readonly [length: number, rootFields: readonly SharedRootField[]];

export type SharedRootField = readonly [
  name: string,
  kind: number,
  description: string | null,
  namespace?: string | null | undefined,
  function?: FunctionModel | undefined,
  native?: NativeQueryModel | undefined,
];

/** The numbers of `SharedRootField`. */
export const ROOT_FIELD_KINDS: readonly RootField['kind'][] = [
  'select',
  'select_by_pk',
  'select_aggregate',
  'function',
  'function_aggregate',
  'native_query',
  'select_stream',
];

/** In which roots a root field is. */
export const IN_QUERY = 1;
export const IN_SUBSCRIPTION = 2;
/** What the index of a root field is multiplied by. */
export const ROOTS_UNIT = 4;

export interface SharedTable extends Pick<
  TableModel,
  'source' | 'table' | 'rowsOf' | 'typeName' | 'baseName' | 'description' | 'relay'
> {
  /** Every field as some role sees it. */
  readonly fields: readonly SharedField[];
}

/** Columns are most of an artifact. The last two are left out where the column has the field's name and no description. */
export type SharedField =
  | readonly [
      name: string,
      type: TypeRef,
      nullable: 0 | 1,
      column?: string | undefined,
      description?: string | null | undefined,
    ]
  | Exclude<FieldModel, ColumnField>;

/** First line of a role's part. */
export interface RoleHead {
  /** By the role's own numbers for tables: number of the table, length of the role's block for it. */
  readonly tables: readonly (readonly [table: TableRef, length: number])[];
  /**
   * The role's root fields by name, two numbers for each: the role's own of the table; and the index in `SharedTableHead`
   * times 4, plus 1 where it is in the query root, plus 2 where it is in the subscription root.
   */
  readonly rootFields: readonly number[];
}

/** What differs from role to role. Fields are indexes into `SharedTable.fields`. */
export type RoleTable = readonly [
  fields: readonly number[],
  primaryKey: readonly string[] | null,
  filter: BoolExp,
  limit: number | null,
  allowAggregations: 0 | 1,
  /** Of inherited roles: rows, and the places in `fields` of those whose values are seen in these rows only. */
  visible?: readonly (readonly [rows: BoolExp, fields: readonly number[]])[] | undefined,
];

export function packColumn(field: ColumnField, type: TypeRef): SharedField {
  const { name, nullable, column, description } = field;
  if (description === null && column === name) return [name, type, nullable ? 1 : 0];
  return [name, type, nullable ? 1 : 0, column, description];
}

export function unpackField(field: SharedField): FieldModel {
  if (!isColumn(field)) return field;
  const [name, type, nullable, column = name, description = null] = field;
  return { kind: 'column', name, column, type, nullable: nullable === 1, description };
}

function isColumn(field: SharedField): field is Extract<SharedField, readonly unknown[]> {
  return Array.isArray(field);
}
