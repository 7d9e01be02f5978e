// The lines `hedge build --check` prints for differences between migrations and a database.

import { describe, expect, it } from 'vitest';

import { describeDrift } from '../../scripts/cli/drift.ts';
import type {
  CatalogColumn,
  CatalogFunction,
  CatalogTable,
  DatabaseCatalog,
} from '../../src/catalog/types.ts';

const TEXT = { schema: 'pg_catalog', name: 'text', dimensions: 0, kind: 'base' } as const;
const INT4 = { schema: 'pg_catalog', name: 'int4', dimensions: 0, kind: 'base' } as const;

const ID: CatalogColumn = {
  name: 'id',
  position: 1,
  type: INT4,
  nullable: false,
  hasDefault: false,
  generated: false,
  identity: null,
  comment: null,
};
const EMAIL: CatalogColumn = { ...ID, name: 'email', position: 2, type: TEXT };
const USERS: CatalogTable = {
  schema: 'public',
  name: 'users',
  kind: 'table',
  comment: null,
  columns: [ID, EMAIL],
  primaryKey: { name: 'users_pkey', columns: ['id'] },
  uniqueKeys: [{ name: 'users_email_key', columns: ['email'] }],
  foreignKeys: [],
  insertable: true,
  updatable: true,
  deletable: true,
};
const FULL_NAME: CatalogFunction = {
  schema: 'public',
  name: 'full_name',
  volatility: 'stable',
  returnsSet: false,
  returns: TEXT,
  returnsColumns: [],
  arguments: [
    {
      name: 'users_row',
      type: { ...TEXT, schema: 'public', name: 'users', kind: 'composite' },
      hasDefault: false,
    },
  ],
  variadic: false,
  special: false,
  comment: null,
};
const BASE: DatabaseCatalog = {
  serverVersion: 180004,
  tables: [USERS],
  functions: [FULL_NAME],
  enums: [{ schema: 'public', name: 'mood', values: ['calm', 'wild'] }],
  enumTables: [
    {
      schema: 'public',
      name: 'color',
      values: [
        { value: 'blue', comment: null },
        { value: 'red', comment: null },
      ],
    },
  ],
  domains: [{ schema: 'public', name: 'zip', baseType: TEXT, notNull: false }],
  composites: [{ schema: 'public', name: 'pair', fields: [{ name: 'a', type: INT4 }] }],
};

function withTable(change: Partial<CatalogTable>): DatabaseCatalog {
  return { ...BASE, tables: [{ ...USERS, ...change }] };
}

const CASES: readonly [fact: string, database: DatabaseCatalog, lines: readonly string[]][] = [
  ['nothing for equal catalogs', BASE, []],
  ['nothing for another server version', { ...BASE, serverVersion: 150000 }, []],
  ['nothing for another order of columns', withTable({ columns: [EMAIL, ID] }), []],
  [
    'nothing for another name of a constraint',
    withTable({ uniqueKeys: [{ name: 'u2', columns: ['email'] }] }),
    [],
  ],
  ['a missing table', { ...BASE, tables: [] }, ['table public.users is not in the database']],
  [
    'an extra table',
    { ...BASE, tables: [USERS, { ...USERS, name: 'pets' }] },
    ['table public.pets is in the database, no migration makes it'],
  ],
  [
    'a missing column',
    withTable({ columns: [ID] }),
    ['table public.users: column email is not in the database'],
  ],
  [
    'an extra column',
    withTable({ columns: [ID, EMAIL, { ...EMAIL, name: 'age' }] }),
    ['table public.users: column age is in the database, no migration makes it'],
  ],
  [
    'a type and nullability that differ',
    withTable({
      columns: [ID, { ...EMAIL, type: { ...TEXT, name: 'varchar', dimensions: 1 }, nullable: true }],
    }),
    [
      'table public.users: column email: type is text in the migrations, varchar[] in the database',
      'table public.users: column email: nullable is no in the migrations, yes in the database',
    ],
  ],
  [
    'a lost primary key and unique key',
    withTable({ primaryKey: null, uniqueKeys: [] }),
    [
      'table public.users: primary key is (id) in the migrations, none in the database',
      'table public.users: unique key (email) is not in the database',
    ],
  ],
  [
    'a foreign key that is new',
    withTable({
      foreignKeys: [
        {
          name: 'fk',
          columns: ['id'],
          referencedTable: { schema: 'hr', name: 'people' },
          referencedColumns: ['person_id'],
        },
      ],
    }),
    [
      'table public.users: foreign key (id) to hr.people (person_id) is in the database, no migration makes it',
    ],
  ],
  [
    'a function that changed',
    { ...BASE, functions: [{ ...FULL_NAME, returnsSet: true, volatility: 'volatile' }] },
    [
      'function public.full_name(public.users): result is text in the migrations, setof text in the database',
      'function public.full_name(public.users): volatility is stable in the migrations, volatile in the database',
    ],
  ],
  [
    'rows of enum tables',
    {
      ...BASE,
      enumTables: [
        { schema: 'public', name: 'color', values: [{ value: 'red', comment: 'new' }] },
        { schema: 'public', name: 'size', values: [{ value: 's', comment: null }] },
      ],
    },
    [
      'enum table public.color: values is blue, red in the migrations, red (new) in the database',
      'enum table public.size is in the database, no migration makes it',
    ],
  ],
  [
    'types that changed',
    {
      ...BASE,
      enums: [{ schema: 'public', name: 'mood', values: ['calm'] }],
      domains: [{ schema: 'public', name: 'zip', baseType: TEXT, notNull: true }],
      composites: [{ schema: 'public', name: 'pair', fields: [{ name: 'a', type: TEXT }] }],
    },
    [
      'enum public.mood: values is calm, wild in the migrations, calm in the database',
      'domain public.zip: not null is no in the migrations, yes in the database',
      'composite type public.pair: field a: type is int4 in the migrations, text in the database',
    ],
  ],
];

describe('drift', () => {
  it.each(CASES)('prints %s', (_fact, database, lines) => {
    expect(describeDrift(BASE, database)).toEqual(lines);
  });
});
