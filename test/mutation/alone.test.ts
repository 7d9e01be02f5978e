// Which mutations are one statement that takes the session along, and which are transactions: whatever reads more than the
// rows it writes, or may run what nobody sees, has the session told before.

import { expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { UnseenCode } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { BooleanExpression } from '../../src/metadata/types.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';
import { plan } from '../../src/plan/plan.ts';
import { CATALOG } from '../compile/catalog.ts';
import { metadataOf } from '../support/stages.ts';

const ARTICLE = { schema: 'public', name: 'article' };
const AUTHOR = { schema: 'public', name: 'author' };

interface Given {
  readonly unseen?: UnseenCode | 'anything';
  readonly filter?: BooleanExpression;
  readonly check?: BooleanExpression;
}

/** How many statements the mutation is; 1 takes the session along. */
function statements(fields: string, { unseen = 'functions', filter = {}, check = {} }: Given = {}): number {
  const metadata = metadataOf({
    tables: [
      {
        table: ARTICLE,
        object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
        select_permissions: [{ role: 'user', permission: { columns: '*', filter: {} } }],
        insert_permissions: [{ role: 'user', permission: { check } }],
        update_permissions: [{ role: 'user', permission: { columns: '*', filter, check } }],
        delete_permissions: [{ role: 'user', permission: { filter } }],
      },
      {
        table: AUTHOR,
        select_permissions: [{ role: 'user', permission: { columns: '*', filter: {} } }],
        insert_permissions: [{ role: 'user', permission: { check: {} } }],
      },
    ],
  });
  const catalog = {
    ...CATALOG,
    tables: CATALOG.tables.map((table) => ({ ...table, ...(unseen !== 'anything' && { unseen }) })),
  };
  const role = openArtifact(encodeArtifact(compile(metadata, new Map([['default', catalog]])))).role('user');
  const operation = selectOperation(parse(`mutation { ${fields} }`), undefined);
  const { answer } = plan(role, operation, {}, { stringifyNumericTypes: false, booleanNullCollapse: false });
  if (answer.kind !== 'mutation') throw new Error('a mutation is asked');
  return answer.transactions.reduce((sum, { alone, statements: all }) => sum + (alone ? 1 : all.length), 0);
}

const OWN = { author_id: { _eq: 'X-Hasura-User-Id' } };
const ITS_AUTHORS = { author: { id: { _eq: 'X-Hasura-User-Id' } } };
const ONE = 'insert_article_one(object: {title: "x"}) { id title }';
const MANY = 'insert_article(objects: [{title: "x"}, {title: "y"}]) { affected_rows returning { id } }';
const UPDATE =
  'update_article(where: {_or: [{id: {_gt: 1}}, {_not: {title: {_eq: "x"}}}]}, _set: {title: "x"}) { affected_rows }';
const BY_KEY = 'update_article_by_pk(pk_columns: {id: 1}, _set: {title: "x"}) { id }';
const DELETE = 'delete_article(where: {}) { affected_rows returning { title } }';
const DELETE_BY_KEY = 'delete_article_by_pk(id: 1) { id }';
const UPSERT =
  'insert_article(objects: [{title: "x"}], on_conflict: {constraint: article_pkey, update_columns: [title], where: {title: {_neq: "y"}}}) { affected_rows }';
const ALL = [ONE, MANY, UPDATE, BY_KEY, DELETE, DELETE_BY_KEY, UPSERT];

test.each(ALL)('one statement: %s', (field) => {
  expect(statements(field)).toBe(1);
  expect(
    statements(field, { unseen: 'nothing', filter: OWN, check: { _and: [OWN, { title: { _ne: '' } }] } }),
  ).toBe(1);
});

test.each(ALL)('a transaction where the table may run anything: %s', (field) => {
  expect(statements(field, { unseen: 'anything' })).toBe(2);
});

test.each<[string, string, Given]>([
  ['a check through a relationship', MANY, { check: ITS_AUTHORS }],
  ['a check of an update through a relationship', BY_KEY, { check: ITS_AUTHORS }],
  ['a filter through a relationship', DELETE_BY_KEY, { filter: { _or: [ITS_AUTHORS] } }],
  ['a filter of another table', UPDATE, { filter: { _exists: { _table: AUTHOR, _where: {} } } }],
  ['an upsert whose update is under a filter through a relationship', UPSERT, { filter: ITS_AUTHORS }],
  ['a where through a relationship', 'delete_article(where: {_and: [{author: {}}]}) { affected_rows }', {}],
  [
    'one of an upsert',
    'insert_article(objects: [{title: "x"}], on_conflict: {constraint: article_pkey, update_columns: [title], where: {author: {}}}) { affected_rows }',
    {},
  ],
])('a transaction for %s', (_, field, given) => {
  expect(statements(field, given)).toBe(2);
});

test('one statement for inserts that hang on each other, where nothing but Postgres runs', () => {
  const nested =
    'insert_article(objects: [{title: "x", author: {data: {name: "a"}}}]) { affected_rows returning { id } }';
  expect(statements(nested, { unseen: 'nothing' })).toBe(1);
  expect(statements(nested, { unseen: 'nothing', check: { title: { _ne: '' } } })).toBe(1);
  expect(statements(nested, { unseen: 'functions' })).toBe(4);
  expect(statements(nested, { unseen: 'anything' })).toBe(4);
  expect(statements(nested, { unseen: 'nothing', check: ITS_AUTHORS })).toBe(4);
});

test('a transaction for an answer with other rows, and for two fields', () => {
  expect(statements('insert_article_one(object: {title: "x"}) { author { id } }')).toBe(3);
  expect(statements(`${DELETE_BY_KEY} a: ${DELETE_BY_KEY}`)).toBe(3);
  expect(statements('update_article_by_pk(pk_columns: {id: 1}, _set: {}) { id }')).toBe(0);
});
