// Types as native queries write them -> the types of the database.

import { expect, test } from 'vitest';

import type { Inconsistency } from '../../src/artifact/types.ts';
import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { attempt } from '../../src/compile/inconsistency.ts';
import { typeOfText } from '../../src/compile/native-queries/type-text.ts';

const CATALOG: DatabaseCatalog = {
  serverVersion: 180000,
  tables: [],
  functions: [],
  enums: [
    { schema: 'app', name: 'mood', values: ['ok'] },
    { schema: 'app', name: 'both', values: ['a'] },
    { schema: 'other', name: 'both', values: ['a'] },
    { schema: 'app', name: 'in_public', values: ['a'] },
    { schema: 'public', name: 'in_public', values: ['a'] },
    { schema: 'public', name: 'My Mood', values: ['ok'] },
  ],
  domains: [
    {
      schema: 'public',
      name: 'positive',
      baseType: { schema: 'pg_catalog', name: 'int4', kind: 'base', dimensions: 0 },
      notNull: false,
    },
  ],
  composites: [{ schema: 'public', name: 'pair', fields: [] }],
  baseTypes: [{ schema: 'extensions', name: 'citext', kind: 'base', dimensions: 0 }],
};

test.each([
  ['int', 'pg_catalog.int4 base'],
  ['INTEGER', 'pg_catalog.int4 base'],
  ['varchar(20)', 'pg_catalog.varchar base'],
  ['numeric(10, 2)', 'pg_catalog.numeric base'],
  ['double  precision', 'pg_catalog.float8 base'],
  ['timestamp(3) with time zone', 'pg_catalog.timestamptz base'],
  ['uuid', 'pg_catalog.uuid base'],
  ['int4range', 'pg_catalog.int4range range'],
  ['pg_catalog.int8', 'pg_catalog.int8 base'],
  ['text[]', 'pg_catalog.text base[]'],
  ['integer[3] []', 'pg_catalog.int4 base[]'],
  ['mood', 'app.mood enum'],
  ['app.mood[]', 'app.mood enum[]'],
  ['"app"."mood"', 'app.mood enum'],
  ['other.both', 'other.both enum'],
  ['in_public', 'public.in_public enum'],
  ['"My Mood"', 'public.My Mood enum'],
  ['positive', 'public.positive domain'],
  ['pair', 'public.pair composite'],
  ['citext', 'extensions.citext base'],
])('%s is %s', (text, expected) => {
  const { schema, name, kind, dimensions } = typeOfText(CATALOG, text);
  expect(`${schema}.${name} ${kind}${dimensions === 1 ? '[]' : ''}`).toBe(expected);
});

test.each([
  ['both', 'there are several types called "both": write the schema in front, "app.both"'],
  ['public.mood', 'there is no type "public.mood"'],
  ['', '"" is not the name of a type'],
  ['int); drop table x; --', '"int); drop table x; --" is not the name of a type'],
  ['a b', '"a b" is not the name of a type'],
])('%j is refused', (text, reason) => {
  const list: Inconsistency[] = [];
  attempt(list, { type: '', name: '', definition: null, path: [] }, () => typeOfText(CATALOG, text));
  expect(list.map((i) => i.reason)).toEqual([`Inconsistent object: ${reason}`]);
});
