import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readCatalogFromUrl } from '../../scripts/catalog/pg-catalog.ts';
import type { CatalogTable, DatabaseCatalog } from '../../src/catalog/types.ts';
import { must } from '../../src/util/assert.ts';
import { createTestDatabase, pgClient, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let catalog: DatabaseCatalog;

beforeAll(async () => {
  const sql = readFileSync(new URL('zoo.sql', import.meta.url), 'utf8');
  database = await createTestDatabase({ sql });
  catalog = await readCatalogFromUrl(database.url);
}, 60_000);

afterAll(async () => await database.drop());

async function run(sql: string): Promise<void> {
  const client = await pgClient(database.url);
  await client.query(sql);
  await client.end();
}

function table(name: string, schema = 'public'): CatalogTable {
  return must(
    catalog.tables.find((t) => t.schema === schema && t.name === name),
    `${schema}.${name} is in the catalog`,
  );
}

function functions(name: string) {
  return catalog.functions.filter((f) => f.name === name);
}

describe('tables', () => {
  it('lists every kind of relation of user schemas, sorted, and nothing else', () => {
    expect(catalog.tables.map((t) => `${t.schema}.${t.name} ${t.kind}`)).toEqual([
      'public.; drop table table',
      'public.animal table',
      'public.animal_names view',
      'public.cage table',
      'public.cage_counts materialized view',
      'public.joined view',
      'public.log partitioned table',
      'public.log_entry table',
      'public.log_old table',
      'public.named view',
      'public.rest table',
      'public.Ärger table', // by code units
      'side.animal table',
    ]);
  });

  it('reads columns by position with type, nullability, default, generation, identity and comment', () => {
    const columns = table('animal').columns.map((c) => [
      c.name,
      `${c.type.schema}.${c.type.name}${c.type.dimensions === 1 ? '[]' : ''} ${c.type.kind}`,
      c.nullable ? 'null' : 'not null',
      [c.hasDefault && 'default', c.generated && 'generated', c.identity].filter(Boolean).join(),
      c.comment,
    ]);
    expect(columns).toEqual([
      ['id', 'pg_catalog.int4 base', 'not null', 'default', null],
      ['name', 'pg_catalog.text base', 'not null', '', 'What it is called'],
      ['mood', 'public.mood enum', 'null', 'default', null],
      ['tags', 'pg_catalog.text[] base', 'null', '', null],
      ['moods', 'public.mood[] enum', 'null', '', null],
      ['grams', 'public.positive domain', 'null', '', null],
      ['must', 'public.required domain', 'not null', '', null],
      ['size', 'public.box3 composite', 'null', '', null],
      ['lived', 'pg_catalog.daterange range', 'null', '', null],
      ['spans', 'pg_catalog.datemultirange multirange', 'null', '', null],
      ['code', 'pg_catalog.bpchar base', 'null', '', null],
      ['shout', 'pg_catalog.text base', 'null', 'generated', null],
      ['serial_a', 'pg_catalog.int8 base', 'not null', 'always', null],
      ['serial_d', 'pg_catalog.int8 base', 'not null', 'by default', null],
      ['cage_row', 'pg_catalog.int4 base', 'null', '', null],
      ['cage_col', 'pg_catalog.int4 base', 'null', '', null],
    ]);
    expect(table('animal').comment).toBe('Those we keep');
  });

  it('reads names no program would choose as they are', () => {
    expect(table('; drop table').columns.map((c) => c.name)).toEqual([
      '"quoted"',
      'sp ace',
      '__proto__',
      'ü',
    ]);
  });

  it('reads a table without columns', () => {
    expect(table('rest')).toMatchObject({ columns: [], primaryKey: null, uniqueKeys: [], foreignKeys: [] });
  });

  it('knows which relations can be written to', () => {
    const can = (name: string) => {
      const { insertable, updatable, deletable } = table(name);
      return [insertable, updatable, deletable];
    };
    expect(can('animal')).toEqual([true, true, true]);
    expect(can('animal_names')).toEqual([true, true, true]);
    expect(can('joined')).toEqual([false, false, false]);
    expect(can('named')).toEqual([true, false, false]); // by its INSTEAD OF INSERT trigger
    expect(can('cage_counts')).toEqual([false, false, false]);
  });

  it('knows what runs unseen when they are written to', async () => {
    await run(`
      create schema unseen;
      create function unseen.f() returns int language sql as $$ select 1 $$;
      create function unseen.t() returns trigger language plpgsql as $$ begin return new; end $$;
      create domain unseen.d as int check (value > unseen.f());
      create table unseen.plain (id uuid default gen_random_uuid(), n serial, u citext check (length(u) > 0), at timestamptz default now());
      create table unseen.child (key int primary key) inherits (unseen.plain);
      create table unseen.triggered (id int);
      create trigger t after delete on unseen.triggered for each statement execute function unseen.t();
      create table unseen.event (id int);
      create trigger "notify_hasura_x_INSERT" after insert on unseen.event for each row execute function unseen.t();
      create table unseen.checked (id int check (id > unseen.f()));
      create table unseen.default_of (id int default unseen.f());
      create table unseen.domain (id unseen.d);
      create table unseen.policies (id int); alter table unseen.policies enable row level security;
      create table unseen.rules (id int); create rule r as on insert to unseen.rules do also select 1;
      create table unseen.parts (id int) partition by list (id);
      create table unseen.part partition of unseen.parts for values in (1);
      create view unseen.looked as select * from unseen.plain;
    `);
    const { tables } = await readCatalogFromUrl(database.url);
    await run('drop schema unseen cascade');
    const unseen = tables.filter((t) => t.schema === 'unseen').map((t) => [t.name, t.unseen]);
    expect(Object.fromEntries(unseen)).toEqual({
      plain: 'nothing',
      child: 'nothing',
      event: 'nothing',
      part: 'nothing',
      triggered: 'functions',
      checked: 'functions',
      default_of: 'functions',
      domain: 'functions',
      policies: undefined,
      rules: undefined,
      parts: undefined,
      looked: undefined,
    });
  });
});

describe('keys', () => {
  it('reads the primary key in its own order', () => {
    expect(table('cage').primaryKey).toEqual({ name: 'cage_pkey', columns: ['row', 'col'] });
    expect(table('animal_names').primaryKey).toBeNull();
  });

  it('reads unique constraints and plain unique indexes, without partial, expression and INCLUDEd ones', () => {
    expect(table('animal').uniqueKeys).toEqual([
      { name: 'animal_by_tags', columns: ['tags', 'name'] },
      { name: 'animal_code_key', columns: ['code'] },
      { name: 'animal_included', columns: ['grams'] },
    ]);
  });

  it('pairs the columns of foreign keys as declared', () => {
    expect(table('animal').foreignKeys).toEqual([
      {
        name: 'lives_in',
        columns: ['cage_col', 'cage_row'],
        referencedTable: { schema: 'public', name: 'cage' },
        referencedColumns: ['col', 'row'],
      },
    ]);
  });

  it('names a key into a partitioned table once, and keeps the keys partitions inherit', () => {
    expect(table('log_entry').foreignKeys.map((k) => k.referencedTable.name)).toEqual(['log']);
    expect(table('animal', 'side').foreignKeys).toEqual([]); // it leads into hdb_catalog
    expect(table('log_old').foreignKeys.map((k) => k.referencedTable.name)).toEqual(['animal']);
  });
});

describe('functions and types', () => {
  it('reads arguments, defaults and the result', () => {
    expect(functions('animal_label')).toEqual([
      {
        schema: 'public',
        name: 'animal_label',
        volatility: 'stable',
        returnsSet: false,
        returns: { schema: 'pg_catalog', name: 'text', dimensions: 0, kind: 'base' },
        returnsColumns: [],
        arguments: [
          {
            name: 'animal_row',
            type: { schema: 'public', name: 'animal', dimensions: 0, kind: 'composite' },
            hasDefault: false,
          },
          {
            name: null,
            type: { schema: 'pg_catalog', name: 'int4', dimensions: 1, kind: 'base' },
            hasDefault: false,
          },
          {
            name: 'suffix',
            type: { schema: 'pg_catalog', name: 'text', dimensions: 0, kind: 'base' },
            hasDefault: true,
          },
        ],
        variadic: false,
        special: false,
        comment: 'Says it',
      },
    ]);
  });

  it('tells RETURNS TABLE, OUT, INOUT and VARIADIC apart', () => {
    expect(functions('stats')[0]).toMatchObject({
      returnsSet: true,
      returnsColumns: [{ name: 'n' }, { name: 'share' }],
      arguments: [{ name: 'animal_row' }],
    });
    expect(functions('in_out')[0]).toMatchObject({
      returnsColumns: [{ name: 'b' }, { name: 'c' }],
      arguments: [{ name: 'a' }, { name: 'b' }],
    });
    expect(functions('many')[0]).toMatchObject({ variadic: true, volatility: 'volatile' });
  });

  it('lists overloads, and marks what cannot be a field', () => {
    expect(functions('twice')).toHaveLength(2);
    expect(functions('total').map((f) => f.special)).toEqual([true]);
    expect(functions('clean').map((f) => f.special)).toEqual([true]);
  });

  it('leaves out the functions of extensions', () => {
    expect(functions('citext_eq')).toEqual([]);
  });

  it('reads enums in their order, domains and composites', () => {
    expect(catalog.enums).toEqual([{ schema: 'public', name: 'mood', values: ['sad', 'ok', 'happy'] }]);
    expect(catalog.domains.map((d) => [d.name, d.baseType.name, d.notNull])).toEqual([
      ['positive', 'int4', false],
      ['required', 'text', true],
    ]);
    expect(catalog.composites).toEqual([
      {
        schema: 'public',
        name: 'box3',
        fields: ['w', 'h'].map((name) => ({
          name,
          type: { schema: 'pg_catalog', name: 'float8', dimensions: 0, kind: 'base' },
        })),
      },
    ]);
  });
});

describe('reading', () => {
  it('gives the same catalog twice', async () => {
    expect(JSON.stringify(await readCatalogFromUrl(database.url))).toBe(JSON.stringify(catalog));
  });

  it('describes a thousand tables', async () => {
    await run(`create schema many; do $$ begin
      for i in 1..1000 loop
        execute format('create table many.t%s (id serial primary key, a text not null unique, b int references many.t%s,
          c timestamptz default now(), d jsonb, e numeric, f uuid, g boolean)', i, greatest(i - 1, 1));
      end loop; end $$;`);
    const large = await readCatalogFromUrl(database.url);
    expect(large.tables.filter((t) => t.schema === 'many')).toHaveLength(1000);
  }, 60_000);
});
