// The JSON text that CATALOG_SQL gives -> the same data, checked. Types are oids here, keys are column numbers.

import * as v from 'valibot';

const oid = v.pipe(v.number(), v.integer());
const text = v.string();
const comment = v.nullable(v.string());
const numbers = v.array(oid);

/** SQL's json_agg over nothing is null. */
function list<T extends v.GenericSchema>(item: T): v.GenericSchema<unknown, v.InferOutput<T>[]> {
  return v.pipe(
    v.nullable(v.array(item)),
    v.transform((items) => items ?? []),
  );
}

const column = v.object({
  name: text,
  position: oid,
  type: oid,
  nullable: v.boolean(),
  hasDefault: v.boolean(),
  generated: v.boolean(),
  identity: v.nullable(v.picklist(['a', 'd'])),
  comment,
});

const table = v.object({
  oid,
  schema: text,
  name: text,
  kind: v.picklist(['r', 'v', 'm', 'p', 'f']),
  updatable: oid,
  unseen: v.nullable(v.picklist(['nothing', 'functions'])),
  comment,
  columns: list(column),
  keys: list(v.object({ name: text, primary: v.boolean(), columns: numbers })),
  foreignKeys: list(v.object({ name: text, columns: numbers, referenced: oid, referencedColumns: numbers })),
});

const func = v.object({
  schema: text,
  name: text,
  kind: v.picklist(['f', 'p', 'a', 'w']),
  volatility: v.picklist(['i', 's', 'v']),
  returnsSet: v.boolean(),
  returns: oid,
  types: numbers,
  modes: v.nullable(v.array(v.picklist(['i', 'o', 'b', 'v', 't']))),
  names: v.nullable(v.array(text)),
  defaults: oid,
  variadic: v.boolean(),
  comment,
});

const rawCatalog = v.object({
  serverVersion: oid,
  /** oid, schema, name (the element's for arrays), typtype, is an array. */
  types: list(v.tuple([oid, text, text, v.picklist(['b', 'c', 'd', 'e', 'p', 'r', 'm']), v.boolean()])),
  tables: list(table),
  functions: list(func),
  enums: list(v.object({ schema: text, name: text, values: v.array(text) })),
  domains: list(v.object({ schema: text, name: text, base: oid, notNull: v.boolean() })),
  composites: list(v.object({ schema: text, name: text, fields: list(v.object({ name: text, type: oid })) })),
});

export type RawCatalog = v.InferOutput<typeof rawCatalog>;
export type RawTable = RawCatalog['tables'][number];
export type RawFunction = RawCatalog['functions'][number];

/**
 * Checks the text of a catalog.
 * @throws Error when it is not what CATALOG_SQL gives, saying where it differs.
 */
export function parseRawCatalog(json: string): RawCatalog {
  const result = v.safeParse(rawCatalog, JSON.parse(json));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(
    `The database described itself in an unexpected way at ${v.getDotPath(issue) ?? '$'}: ${issue.message}`,
  );
}
