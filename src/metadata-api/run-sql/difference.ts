// The JSON that tells how tracked tables and functions changed -> the changes by kind, under the names of before.

import * as v from 'valibot';

import type { CatalogTable } from '../../catalog/types.ts';
import type { FunctionName, TableName } from '../../metadata/types.ts';

/** What a user's SQL did to what is tracked. */
export interface Difference {
  readonly droppedTables: readonly TableName[];
  readonly alteredTables: readonly AlteredTable[];
  readonly droppedFunctions: readonly FunctionName[];
  readonly alteredFunctions: readonly AlteredFunction[];
}

export interface AlteredTable {
  readonly table: TableName;
  /** As it is called now. */
  readonly name: TableName;
  readonly droppedColumns: readonly string[];
  /** Of columns that are there before and after. */
  readonly columns: readonly AlteredColumn[];
  readonly droppedForeignKeys: readonly DroppedForeignKey[];
}

export interface AlteredColumn {
  readonly name: string;
  readonly newName: string;
  readonly isRetyped: boolean;
}

export interface DroppedForeignKey {
  readonly references: TableName;
  /** Pairs of column numbers: the table's own, and the referenced one's. */
  readonly positions: readonly (readonly [number, number])[];
}

export interface AlteredFunction {
  readonly function: FunctionName;
  /** As it is called now. */
  readonly name: FunctionName;
  readonly becameVolatile: boolean;
  readonly becameOverloaded: boolean;
}

const name = { schema: v.string(), name: v.string() };
const tableState = v.object({
  ...name,
  columns: v.object({
    numbers: v.nullable(v.array(v.number())),
    names: v.nullable(v.array(v.string())),
    types: v.nullable(v.array(v.string())),
  }),
  foreignKeys: v.nullable(v.array(v.object({ ...name, key: v.string() }))),
});
const functionState = v.object({ ...name, volatility: v.string(), overloads: v.number() });
const change = <T extends v.GenericSchema>(state: T) =>
  v.nullable(v.array(v.object({ before: state, after: v.nullable(state) })));
const schema = v.object({
  tables: change(tableState),
  functions: change(functionState),
  lost: v.boolean(),
});

type TableState = v.InferOutput<typeof tableState>;
type FunctionState = v.InferOutput<typeof functionState>;

/** Null when the statements made Postgres forget how it was before. */
export function readDifference(text: string): Difference | null {
  const { tables, functions, lost } = v.parse(schema, JSON.parse(text));
  if (lost) return null;
  return {
    droppedTables: (tables ?? []).filter(({ after }) => after === null).map(({ before }) => nameOf(before)),
    alteredTables: (tables ?? []).flatMap(({ before, after }) =>
      after ? [alteredTable(before, after)] : [],
    ),
    droppedFunctions: (functions ?? [])
      .filter(({ after }) => after === null)
      .map(({ before }) => nameOf(before)),
    alteredFunctions: (functions ?? []).flatMap(({ before, after }) =>
      after ? [alteredFunction(before, after)] : [],
    ),
  };
}

function alteredTable(before: TableState, after: TableState): AlteredTable {
  const now = new Map(columnsOf(after).map((column) => [column.number, column]));
  const keys = new Set(after.foreignKeys?.map(({ key }) => key));
  return {
    table: nameOf(before),
    name: nameOf(after),
    droppedColumns: columnsOf(before)
      .filter(({ number }) => !now.has(number))
      .map((column) => column.name),
    columns: columnsOf(before).flatMap((column) => {
      const altered = now.get(column.number);
      if (!altered) return [];
      return [{ name: column.name, newName: altered.name, isRetyped: altered.type !== column.type }];
    }),
    droppedForeignKeys: (before.foreignKeys ?? [])
      .filter(({ key }) => !keys.has(key))
      .map((references) => ({ references: nameOf(references), positions: positionsIn(references.key) })),
  };
}

function columnsOf({ columns: { numbers, names, types } }: TableState) {
  return (numbers ?? []).map((number, i) => ({ number, name: names?.[i] ?? '', type: types?.[i] ?? '' }));
}

/** `oid:1,2>3,4` */
function positionsIn(key: string): readonly (readonly [number, number])[] {
  const [own = [], other = []] = key
    .slice(key.indexOf(':') + 1)
    .split('>')
    .map((list) => list.split(',').map(Number));
  return own.map((position, i) => [position, other[i] ?? 0] as const);
}

function alteredFunction(before: FunctionState, after: FunctionState): AlteredFunction {
  return {
    function: nameOf(before),
    name: nameOf(after),
    becameVolatile: before.volatility !== 'v' && after.volatility === 'v',
    becameOverloaded: before.overloads === 1 && after.overloads > 1,
  };
}

function nameOf({ schema: in_, name: of }: TableName): TableName {
  return { schema: in_, name: of };
}

/** The name of the column that had this number. */
export function columnAt(table: CatalogTable | undefined, position: number): string {
  return table?.columns.find((column) => column.position === position)?.name ?? '';
}
