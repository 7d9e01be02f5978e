// Two catalogs, what migrations give and what a database has -> one line for each difference that the API could show.

import type {
  CatalogColumn,
  CatalogEnumTable,
  CatalogForeignKey,
  CatalogFunction,
  CatalogKey,
  CatalogTable,
  CatalogType,
  DatabaseCatalog,
  QualifiedName,
} from '../../src/catalog/types.ts';

/** What a line says of one object. */
type Facts = readonly (readonly [label: string, expected: string, actual: string])[];

/**
 * Lines in the order tables, functions, enums, domains, composite types, rows of enum tables; none when both say the same:
 *
 *     table public.users: column email is not in the database
 *     table public.users: column age: type is int4 in the migrations, text in the database
 *
 * The order of columns, the server's version and the names of constraints do not count.
 */
export function describeDrift(migrations: DatabaseCatalog, database: DatabaseCatalog): readonly string[] {
  return [
    ...compareLists('table', migrations.tables, database.tables, nameText, tableDrift),
    ...compareLists('function', migrations.functions, database.functions, signature, functionDrift),
    ...compareLists('enum', migrations.enums, database.enums, nameText, (a, b) =>
      factLines([['values', a.values.join(', '), b.values.join(', ')]]),
    ),
    ...compareLists('domain', migrations.domains, database.domains, nameText, (a, b) =>
      factLines([
        ['type', typeText(a.baseType), typeText(b.baseType)],
        ['not null', yesNo(a.notNull), yesNo(b.notNull)],
      ]),
    ),
    ...compareLists('composite type', migrations.composites, database.composites, nameText, (a, b) =>
      compareLists(
        'field',
        a.fields,
        b.fields,
        (f) => f.name,
        (x, y) => factLines([['type', typeText(x.type), typeText(y.type)]]),
      ),
    ),
    ...compareLists('enum table', migrations.enumTables ?? [], database.enumTables ?? [], nameText, (a, b) =>
      factLines([['values', enumValuesText(a), enumValuesText(b)]]),
    ),
  ];
}

/** Compares two lists by key: `<what> <key>: …` for what is in one only, and what `compare` says of what is in both. */
function compareLists<T>(
  what: string,
  expected: readonly T[],
  actual: readonly T[],
  keyOf: (item: T) => string,
  compare: (expected: T, actual: T) => readonly string[],
): string[] {
  const actualByKey = new Map(actual.map((item) => [keyOf(item), item]));
  const expectedKeys = new Set(expected.map(keyOf));
  const lines: string[] = [];
  for (const item of expected) {
    const key = keyOf(item);
    const other = actualByKey.get(key);
    if (other === undefined) lines.push(`${what} ${key} is not in the database`);
    else lines.push(...compare(item, other).map((line) => `${what} ${key}: ${line}`));
  }
  for (const key of actualByKey.keys()) {
    if (!expectedKeys.has(key)) lines.push(`${what} ${key} is in the database, no migration makes it`);
  }
  return lines;
}

function factLines(facts: Facts): string[] {
  return facts
    .filter(([, expected, actual]) => expected !== actual)
    .map(
      ([label, expected, actual]) => `${label} is ${expected} in the migrations, ${actual} in the database`,
    );
}

function tableDrift(a: CatalogTable, b: CatalogTable): string[] {
  return [
    ...factLines([
      ['kind', a.kind, b.kind],
      ['comment', quoted(a.comment), quoted(b.comment)],
      ['primary key', keyText(a.primaryKey), keyText(b.primaryKey)],
      ['insertable', yesNo(a.insertable), yesNo(b.insertable)],
      ['updatable', yesNo(a.updatable), yesNo(b.updatable)],
      ['deletable', yesNo(a.deletable), yesNo(b.deletable)],
    ]),
    ...compareLists('column', a.columns, b.columns, (c) => c.name, columnDrift),
    ...compareLists('unique key', a.uniqueKeys, b.uniqueKeys, keyText, () => []),
    ...compareLists('foreign key', a.foreignKeys, b.foreignKeys, foreignKeyText, () => []),
  ];
}

function columnDrift(a: CatalogColumn, b: CatalogColumn): string[] {
  return factLines([
    ['type', typeText(a.type), typeText(b.type)],
    ['nullable', yesNo(a.nullable), yesNo(b.nullable)],
    ['default', yesNo(a.hasDefault), yesNo(b.hasDefault)],
    ['generated', yesNo(a.generated), yesNo(b.generated)],
    ['identity', a.identity ?? 'none', b.identity ?? 'none'],
    ['comment', quoted(a.comment), quoted(b.comment)],
  ]);
}

function functionDrift(a: CatalogFunction, b: CatalogFunction): string[] {
  return factLines([
    ['result', resultText(a), resultText(b)],
    ['volatility', a.volatility, b.volatility],
    ['arguments', argumentsText(a), argumentsText(b)],
    ['comment', quoted(a.comment), quoted(b.comment)],
  ]);
}

/** Overloads share a name: their argument types tell them apart. */
function signature(fn: CatalogFunction): string {
  return `${nameText(fn)}(${fn.arguments.map((argument) => typeText(argument.type)).join(', ')})`;
}

function argumentsText(fn: CatalogFunction): string {
  const parts = fn.arguments.map(
    ({ name, type, hasDefault }) => `${name ?? '_'} ${typeText(type)}${hasDefault ? ' default' : ''}`,
  );
  return `(${parts.join(', ')}${fn.variadic ? ' variadic' : ''})`;
}

function resultText(fn: CatalogFunction): string {
  const columns = fn.returnsColumns.map(({ name, type }) => `${name} ${typeText(type)}`).join(', ');
  return `${fn.returnsSet ? 'setof ' : ''}${typeText(fn.returns)}${columns === '' ? '' : ` (${columns})`}`;
}

function enumValuesText({ values = [] }: CatalogEnumTable): string {
  return values.map(({ value, comment }) => (comment === null ? value : `${value} (${comment})`)).join(', ');
}

function nameText(name: QualifiedName): string {
  return `${name.schema}.${name.name}`;
}

function typeText(type: CatalogType): string {
  const schema = type.schema === 'pg_catalog' ? '' : `${type.schema}.`;
  return `${schema}${type.name}${type.dimensions === 1 ? '[]' : ''}`;
}

function keyText(key: CatalogKey | null): string {
  return key === null ? 'none' : `(${key.columns.join(', ')})`;
}

function foreignKeyText(key: CatalogForeignKey): string {
  return `(${key.columns.join(', ')}) to ${nameText(key.referencedTable)} (${key.referencedColumns.join(', ')})`;
}

function quoted(text: string | null): string {
  return text === null ? 'none' : JSON.stringify(text);
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
