// A type as native queries and logical models write it, such as `integer` or `timestamp with time zone` -> the type of
// the database.

import type { CatalogType, DatabaseCatalog, QualifiedName } from '../../catalog/types.ts';
import { refuse } from '../inconsistency.ts';

/** SQL's own names, which are not those of pg_type. */
const SQL_NAMES: Readonly<Record<string, string>> = {
  smallint: 'int2',
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  smallserial: 'int2',
  serial: 'int4',
  bigserial: 'int8',
  real: 'float4',
  float: 'float8',
  'double precision': 'float8',
  decimal: 'numeric',
  boolean: 'bool',
  'character varying': 'varchar',
  char: 'bpchar',
  character: 'bpchar',
  'bit varying': 'varbit',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
};

/**
 * The type called `text`. Lengths and precisions are left out, as a parameter has none; `[]` at the end makes an array.
 * What the user did not create is Postgres' own, of that name: whether there is one shows when the query is checked.
 * @throws a refusal for a name that several schemas have, or that cannot be one.
 */
export function typeOfText(catalog: DatabaseCatalog, text: string): CatalogType {
  const isArray = /\[\d*\]\s*$/.test(text);
  const element = text
    .replace(/(?:\[\d*\]\s*)+$/, '')
    .replace(/\([^)]*\)/g, ' ')
    .trim()
    .replace(/\s+/g, ' ');
  return { ...elementOf(catalog, element), dimensions: isArray ? 1 : 0 };
}

function elementOf(catalog: DatabaseCatalog, text: string): CatalogType {
  const sqlName = text.toLowerCase();
  const known = Object.hasOwn(SQL_NAMES, sqlName) ? SQL_NAMES[sqlName] : undefined;
  if (known !== undefined) return own(known);
  const [, schema, name = ''] = /^(?:("[^"]+"|[^".\s]+)\.)?("[^"]+"|[^".\s]+)$/.exec(text) ?? [];
  if (name === '') return refuse(`"${text}" is not the name of a type`);
  const wanted = unquoted(name);
  const inSchema = schema === undefined ? null : unquoted(schema);
  if (inSchema === 'pg_catalog') return own(wanted);
  const found = userTypes(catalog).filter(
    (type) => type.name === wanted && (inSchema === null || type.schema === inSchema),
  );
  const [first, ...others] = found.filter((type) => type.schema === 'public').concat(found);
  if (!first) return inSchema === null ? own(wanted) : refuse(`there is no type "${text}"`);
  if (first.schema !== 'public' && others.some((other) => other.schema !== first.schema))
    refuse(
      `there are several types called "${wanted}": write the schema in front, "${first.schema}.${wanted}"`,
    );
  return first;
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase();
}

function own(name: string): CatalogType {
  const kind = name.endsWith('multirange') ? 'multirange' : name.endsWith('range') ? 'range' : 'base';
  return { schema: 'pg_catalog', name, kind, dimensions: 0 };
}

function userTypes(catalog: DatabaseCatalog): CatalogType[] {
  const of = (kind: CatalogType['kind'], types: readonly QualifiedName[]): CatalogType[] =>
    types.map(({ schema, name }) => ({ schema, name, kind, dimensions: 0 }));
  return [
    ...(catalog.baseTypes ?? []),
    ...of('enum', catalog.enums),
    ...of('domain', catalog.domains),
    ...of('composite', catalog.composites),
  ];
}
