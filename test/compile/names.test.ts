// Names, types and descriptions, compiled from what a real Postgres says of itself.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readCatalogFromUrl } from '../../scripts/catalog/pg-catalog.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact, RoleModel, TableModel } from '../../src/artifact/types.ts';
import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { ComputedFieldMetadata, TableConfiguration, TableMetadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const SCHEMA = `
create schema sales;
create type mood as enum ('sad', 'ok');
create type "my-enum" as enum ('a');
create type point3 as (x float8);
create domain email as text;
create domain "Int" as int;
create table kinds (
  id int primary key, a int2, b int8, c float4, d float8, e numeric, f bool, g text, h varchar(3), i char(3), j uuid,
  k timestamptz, l jsonb, m mood, n email, o point3, p int4range, q text[], r mood[], s "my-enum", t "Int"
);
create table sales.orders (id int primary key);
create table odd (id int primary key, "; drop table" int, "__proto__" int, "1st" text, "ü" text, constructor text);
create table "my table" (id int);
create table described (id int primary key, name text);
comment on table described is 'From the database';
comment on column described.name is 'Its name';
create function upper_name(described) returns text language sql stable as $$ select upper($1.name) $$;
comment on function upper_name is 'Loud';
create function lower_name(described) returns text language sql stable as $$ select lower($1.name) $$;
`;

let database: TestDatabase;
let catalog: DatabaseCatalog;

beforeAll(async () => {
  database = await createTestDatabase({ sql: SCHEMA });
  catalog = await readCatalogFromUrl(database.url);
});
afterAll(async () => await database.drop());

const named = (name: string, rest: Omit<TableMetadata, 'table'> = {}, schema = 'public'): TableMetadata => ({
  table: { schema, name },
  ...rest,
});

function compiled(...tables: TableMetadata[]): Artifact {
  const connection_info = { database_url: 'postgres://localhost' };
  const source = { name: 'default', kind: 'postgres', configuration: { connection_info }, tables };
  return compile({ version: 3, sources: [source] }, new Map([['default', catalog]]));
}

function admin(...tables: TableMetadata[]): RoleModel {
  const artifact = compiled(...tables);
  expect(artifact.inconsistencies).toEqual([]);
  return must(
    artifact.roles.find((r) => r.role === 'admin'),
    'admin is always there',
  );
}

const firstTable = (role: RoleModel): TableModel => must(role.tables[0], 'the role has a table');
const reasons = (...tables: TableMetadata[]) => compiled(...tables).inconsistencies.map((i) => i.reason);

describe('scalars', () => {
  test('each Postgres type has the name Hasura gives it', () => {
    const role = admin(named('kinds'), named('odd'));
    const kinds = must(
      role.tables.find((t) => t.typeName === 'kinds'),
      'the table',
    );
    const names = kinds.fields.map((f) => {
      if (f.kind !== 'column') return f.kind;
      const type = must(role.types[f.type], 'its type');
      return `${f.name}: ${type.graphql}${type.array ? '[]' : ''} = ${type.pg.schema}.${type.pg.name}`;
    });
    expect(names).toEqual([
      'a: smallint = pg_catalog.int2',
      'b: bigint = pg_catalog.int8',
      'c: Float = pg_catalog.float4',
      'd: float8 = pg_catalog.float8',
      'e: numeric = pg_catalog.numeric',
      'f: Boolean = pg_catalog.bool',
      'g: String = pg_catalog.text',
      'h: String = pg_catalog.varchar',
      'i: bpchar = pg_catalog.bpchar',
      'id: Int = pg_catalog.int4',
      'j: uuid = pg_catalog.uuid',
      'k: timestamptz = pg_catalog.timestamptz',
      'l: jsonb = pg_catalog.jsonb',
      'm: mood = public.mood',
      'n: email = public.email',
      'o: point3 = public.point3',
      'p: int4range = pg_catalog.int4range',
      'q: String[] = pg_catalog.text',
      'r: mood[] = public.mood',
      't: Int_scalar = public.Int',
    ]);
  });

  test('a scalar yields its name to a table', () => {
    const role = admin(named('kinds'), named('odd', { configuration: { custom_name: 'mood' } }));
    expect(role.types.filter((t) => t.pg.name === 'mood').map((t) => t.graphql)).toEqual([
      'mood_scalar',
      'mood_scalar',
    ]);
  });
});

describe('names', () => {
  test('a table of another schema carries its name, unless it gets one of its own', () => {
    expect(admin(named('orders', {}, 'sales')).queryFields.map((f) => f.name)).toEqual([
      'sales_orders',
      'sales_orders_aggregate',
      'sales_orders_by_pk',
    ]);
    const configuration: TableConfiguration = {
      custom_name: 'Order',
      custom_root_fields: {
        select: 'orders',
        select_by_pk: { name: 'order', comment: 'One' },
        select_aggregate: null,
      },
    };
    const role = admin(named('orders', { configuration }, 'sales'));
    expect(firstTable(role).typeName).toBe('Order');
    expect(role.queryFields.map((f) => [f.name, f.kind])).toEqual([
      ['Order_aggregate', 'select_aggregate'],
      ['order', 'select_by_pk'],
      ['orders', 'select'],
    ]);
  });

  test('columns GraphQL cannot name are left out, until they get a name', () => {
    expect(firstTable(admin(named('odd'))).fields.map((f) => f.name)).toEqual(['constructor', 'id']);
    const configuration: TableConfiguration = {
      column_config: { '; drop table': { custom_name: 'dropped' }, id: { custom_name: 'key' } },
      custom_column_names: { '1st': 'first', id: 'unused' },
    };
    const table = firstTable(admin(named('odd', { configuration })));
    expect(table.fields.map((f) => [f.name, f.kind === 'column' && f.column])).toEqual([
      ['constructor', 'constructor'],
      ['dropped', '; drop table'],
      ['first', '1st'],
      ['key', 'id'],
    ]);
    expect(table.primaryKey).toEqual(['key']);
  });

  test('leaves a table that GraphQL cannot name out of the schema, without a word, as Hasura does', () => {
    expect(admin(named('my table'), named('odd')).tables.map((t) => t.typeName)).toEqual(['odd']);
  });

  test.each<[string, TableMetadata[], string]>([
    [
      'a custom name of a table GraphQL cannot take',
      [named('odd', { configuration: { custom_name: 'my table' } })],
      'Inconsistent object: cannot include "my table" in the GraphQL schema because it is not a valid GraphQL identifier',
    ],
    [
      'a custom name GraphQL cannot take',
      [named('odd', { configuration: { column_config: { id: { custom_name: 'a b' } } } })],
      'Inconsistent object: cannot include "a b" in the GraphQL schema because it is not a valid GraphQL identifier',
    ],
    [
      'a custom name for no column',
      [named('odd', { configuration: { column_config: { gone: { custom_name: 'x' } } } })],
      'Inconsistent object: the custom field name "x" was given for the column "gone", but no such column exists',
    ],
    [
      'two columns of one name',
      [named('odd', { configuration: { column_config: { id: { custom_name: 'constructor' } } } })],
      'Inconsistent object: the definitions of columns "id" and "constructor" are in conflict: they are mapped to the same field name, "constructor"',
    ],
    [
      'a reserved type name',
      [named('odd', { configuration: { custom_name: 'query_root' } })],
      'Inconsistent object: the type name "query_root" is reserved: give table "odd" a custom_name',
    ],
    [
      'two tables of one type name',
      [named('odd'), named('kinds', { configuration: { custom_name: 'odd_bool_exp' } })],
      "Inconsistent object: found conflicting definitions for GraphQL type 'odd_bool_exp' in [table odd in source default, table kinds in source default]: give one of them a custom_name",
    ],
    [
      'two root fields of one name',
      [named('odd'), named('kinds', { configuration: { custom_root_fields: { select: 'odd' } } })],
      "Inconsistent object: Encountered conflicting definitions in the selection set for 'query_root' for field 'odd' defined in [table odd in source default, table kinds in source default]. Fields must not be defined more than once across all sources.",
    ],
  ])('%s is inconsistent', (_, tables, reason) => {
    expect(reasons(...tables)).toEqual([reason]);
  });

  test('a table tracked twice is not there at all', () => {
    const artifact = compiled(named('odd'), named('odd'));
    expect(artifact.inconsistencies.map((i) => [i.reason, i.path])).toEqual([
      [
        'Duplicate objects: multiple definitions for table odd in source default',
        ['sources', 0, 'tables', 0],
      ],
      [
        'Duplicate objects: multiple definitions for table odd in source default',
        ['sources', 0, 'tables', 1],
      ],
    ]);
    expect(artifact.roles[0]?.tables).toEqual([]);
  });
});

describe('descriptions', () => {
  const computed = (name: string, fn: string, comment?: string): ComputedFieldMetadata => ({
    name,
    definition: { function: { schema: 'public', name: fn } },
    ...(comment === undefined ? {} : { comment }),
  });
  const described = (configuration: TableConfiguration, comment?: string) => {
    const role = admin(
      named('described', {
        configuration,
        computed_fields: [computed('loud', 'upper_name', comment), computed('soft', 'lower_name', comment)],
      }),
    );
    const table = firstTable(role);
    return {
      table: table.description,
      ...Object.fromEntries([...table.fields, ...role.queryFields].map((f) => [f.name, f.description])),
    };
  };

  test("the database's comments come before the default texts", () => {
    expect(described({})).toEqual({
      table: 'From the database',
      id: null,
      name: 'Its name',
      loud: 'Loud',
      soft: 'A computed field, executes function "lower_name"',
      described: 'fetch data from the table: "described"',
      described_aggregate: 'fetch aggregated fields from the table: "described"',
      described_by_pk: 'fetch data from the table: "described" using primary key columns',
    });
    expect(firstTable(admin(named('orders', {}, 'sales'))).description).toBe(
      'columns and relationships of "sales.orders"',
    );
  });

  test.each([
    ["the metadata's comments come first", 'Mine', 'Mine'],
    ['an empty comment hides it', '', null],
  ])('%s', (_, comment, shown) => {
    const roots = ['select', 'select_by_pk', 'select_aggregate'].map((kind) => [kind, { comment }]);
    const texts = described(
      {
        comment,
        column_config: { name: { comment }, id: { comment } },
        custom_root_fields: Object.fromEntries(roots) as NonNullable<
          TableConfiguration['custom_root_fields']
        >,
      },
      comment,
    );
    expect(new Set(Object.values(texts))).toEqual(new Set([shown]));
  });
});

test('sources say where their database is', () => {
  const source = (name: string, database_url: unknown) =>
    ({ name, kind: 'postgres', configuration: { connection_info: { database_url } }, tables: [] }) as never;
  const parts = { username: 'u', password: 'p@ss', host: 'h', port: 5432, database: 'd' };
  const artifact = compile(
    {
      version: 3,
      sources: [
        source('a', { from_env: 'URL' }),
        source('b', 'postgres://x/y'),
        source('c', { connection_parameters: parts }),
        source('unread', { from_env: 'URL' }),
        { ...(source('m', '') as object), kind: 'mssql' } as never,
      ],
    },
    new Map(['a', 'b', 'c', 'm'].map((name) => [name, catalog])),
  );
  expect(artifact.sources).toMatchObject([
    { name: 'a', databaseUrl: { fromEnv: 'URL' } },
    { name: 'b', databaseUrl: { literal: 'postgres://x/y' } },
    { name: 'c', databaseUrl: { literal: 'postgresql://u:p%40ss@h:5432/d' } },
  ]);
  expect(artifact.inconsistencies.map((i) => i.name)).toEqual(['source unread', 'source m']);
});

test('one bad table does not change the bytes of the others', () => {
  const good = encodeArtifact({ ...compiled(named('odd')), inconsistencies: [] });
  const bad = encodeArtifact({ ...compiled(named('odd'), named('gone')), inconsistencies: [] });
  expect(bad).toBe(good);
});
