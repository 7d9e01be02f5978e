// Tables the metadata calls enums, with their rows -> the GraphQL enum each gives, or why it gives none.

import { derivedTypeName, enumWord, type SourceNaming } from '../../artifact/type-names.ts';
import type { EnumValue, ScalarType } from '../../artifact/types.ts';
import { isText, MAX_ENUM_VALUES } from '../../catalog/enum-tables.ts';
import type { CatalogColumn, CatalogEnumTable, CatalogTable } from '../../catalog/types.ts';
import { refuse } from '../inconsistency.ts';
import { compareNames, isGraphQLName, nameKey, quotedLabel } from './names.ts';
import { baseNameOf } from './naming.ts';
import type { TrackedSource } from './tracked.ts';

/** What a column that references an enum table is shown as. */
export type EnumType = Required<Pick<ScalarType, 'graphql' | 'enumValues'>>;

/** An enum table, or the reason it cannot be one. */
export type TableEnum =
  | { readonly kind: 'enum'; readonly type: EnumType; readonly key: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** The enum tables of a source by `nameKey`; those the database does not have are left out. */
export function compileEnums(source: TrackedSource): ReadonlyMap<string, TableEnum> {
  const { metadata, catalog, catalogTables, naming } = source;
  const rows = new Map((catalog.enumTables ?? []).map((table) => [nameKey(table), table]));
  const enums = new Map<string, TableEnum>();
  for (const { table, is_enum: isEnum, configuration } of metadata.tables) {
    const key = nameKey(table);
    const described = catalogTables.get(key);
    if (isEnum !== true || !described) continue;
    const reasons = reasonsAgainst(described, rows.get(key), naming);
    if (reasons.length > 0) {
      enums.set(key, { kind: 'refused', reason: refusal(described, reasons) });
      continue;
    }
    const base = baseNameOf(naming, table, configuration?.custom_name).text;
    const graphql = derivedTypeName(naming, base, 'enum');
    if (!isGraphQLName(graphql)) continue; // the table is refused for its own name
    const enumValues = (rows.get(key)?.values ?? []).map(({ value, comment }): EnumValue => ({
      name: enumWord(naming.convention, value),
      value,
      description: comment,
    }));
    enums.set(key, {
      kind: 'enum',
      type: { graphql, enumValues: byName(enumValues) },
      key: described.primaryKey?.columns[0] ?? '',
    });
  }
  return enums;
}

/**
 * The type of a column whose only foreign key column references the key of an enum table; undefined for others.
 * @throws a refusal when it references several.
 */
export function enumTypeOf(
  enums: ReadonlyMap<string, TableEnum>,
  table: CatalogTable,
  column: CatalogColumn,
): EnumType | undefined {
  const found = table.foreignKeys.flatMap(({ columns, referencedTable, referencedColumns }) => {
    if (columns.length !== 1 || columns[0] !== column.name) return [];
    const referenced = enums.get(nameKey(referencedTable));
    return referenced?.kind === 'enum' && referencedColumns[0] === referenced.key
      ? [{ type: referenced.type, table: referencedTable }]
      : [];
  });
  const different = new Map(found.map((reference) => [nameKey(reference.table), reference]));
  if (different.size > 1) {
    const names = [...different.values()].map((reference) => quotedLabel(reference.table));
    refuse(
      `column "${column.name}" in table ${quotedLabel(table)} references multiple enum tables (${names.join(', ')})`,
    );
  }
  return found[0]?.type;
}

function byName(values: readonly EnumValue[]): readonly EnumValue[] {
  return [...values].sort((a, b) => compareNames(a.name, b.name));
}

/** In Hasura's words. */
function refusal(table: CatalogTable, reasons: readonly string[]): string {
  const [only] = reasons;
  const because =
    reasons.length === 1
      ? `because ${only}`
      : `for the following reasons:\n${reasons.map((reason) => `  • ${reason}\n`).join('')}`;
  return `the table ${quotedLabel(table)} cannot be used as an enum ${because}`;
}

function reasonsAgainst(
  table: CatalogTable,
  rows: CatalogEnumTable | undefined,
  naming: SourceNaming,
): string[] {
  const ofKey = keyReasons(table);
  const reasons = [...ofKey, ...columnReasons(table)];
  // Without such a key there are no values to look at.
  return ofKey.length > 0 ? reasons : [...reasons, ...rowReasons(rows, naming)];
}

function rowReasons(rows: CatalogEnumTable | undefined, naming: SourceNaming): string[] {
  if (rows?.failure !== undefined) return [`postgres error: ${rows.failure}`];
  if (rows?.values === undefined) return ['its rows were not read: build again, or reload the metadata'];
  const values = rows.values.map(({ value }) => value);
  const reasons = valueReasons(values);
  return reasons.length > 0 ? reasons : sameNameReasons(values, naming);
}

/** Beyond Hasura, whose schema then has one name twice and no way to tell which value is meant. */
function sameNameReasons(values: readonly string[], { convention }: SourceNaming): string[] {
  const named = Map.groupBy(values, (value) => enumWord(convention, value));
  return [...named].flatMap(([name, same]) => {
    const list = same
      .toSorted(compareNames)
      .map((value) => `"${value}"`)
      .join(' and ');
    return same.length > 1
      ? [`the values ${list} would all be called ${name} by the naming convention ${convention}`]
      : [];
  });
}

function keyReasons({ primaryKey, columns }: CatalogTable): string[] {
  if (primaryKey === null) return ['the table must have a primary key'];
  if (primaryKey.columns.length > 1) {
    const names = [...primaryKey.columns].sort(compareNames).join(', ');
    return [`the table’s primary key must not span multiple columns (${names})`];
  }
  const column = columns.find(({ name }) => name === primaryKey.columns[0]);
  return column && !isText(column.type) ? [typeMismatch('primary key', column)] : [];
}

function columnReasons({ primaryKey, columns }: CatalogTable): string[] {
  const key = primaryKey?.columns.length === 1 ? primaryKey.columns[0] : undefined;
  const keyColumn = columns.find(({ name, type }) => name === key && isText(type));
  const others = columns.filter((column) => column !== keyColumn);
  const [comment] = others;
  if (!comment) return [];
  if (others.length === 1) return isText(comment.type) ? [] : [typeMismatch('comment column', comment)];
  const names = others.map(({ name }) => name).sort(compareNames);
  return [
    'the table must have exactly one primary key and optionally one comment column, ' +
      `not ${others.length} columns (${names.join(', ')})`,
  ];
}

function valueReasons(values: readonly string[]): string[] {
  if (values.length === 0) return ['the table must have at least one row'];
  if (values.length > MAX_ENUM_VALUES) return [`the table has more than ${MAX_ENUM_VALUES} rows`];
  const invalid = values.filter((value) => !isEnumValueName(value)).sort(compareNames);
  const last = invalid.pop();
  if (last === undefined) return [];
  if (invalid.length === 0) return [`the value "${last}" is not a valid GraphQL enum value name`];
  const list = invalid.length === 1 ? `${invalid.join('')} and` : `${invalid.join(', ')}, and`;
  return [`the values ${list} "${last}" are not valid GraphQL enum value names`];
}

/** Specification, section 2.9.6: a name, and none of the literals that look like one. */
function isEnumValueName(value: string): boolean {
  return /^[_A-Za-z][_0-9A-Za-z]*$/.test(value) && !['true', 'false', 'null'].includes(value);
}

/** Where Hasura's name of a type differs from pg_type's. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  bool: 'boolean',
};

function typeMismatch(what: string, { name, type }: CatalogColumn): string {
  const own = Object.hasOwn(TYPE_NAMES, type.name) ? TYPE_NAMES[type.name] : undefined;
  const found = type.dimensions === 1 ? `_${type.name}` : (own ?? type.name);
  return `the table’s ${what} ("${name}") must have type "text", not type "${found}"`;
}
