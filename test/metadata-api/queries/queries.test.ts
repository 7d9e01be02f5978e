// Commands that only show what there is.

import { describe, expect, test } from 'vitest';

import { HedgeError } from '../../../src/error/hedge-error.ts';
import { findQuery } from '../../../src/metadata-api/queries/queries.ts';
import type { Metadata } from '../../../src/metadata/types.ts';
import { must } from '../../../src/util/assert.ts';
import { ARGS, BLOG, BLOG_CATALOG, changed } from '../commands/cases.ts';

function ask(type: string, args: unknown, metadata: Metadata = BLOG): unknown {
  const query = must(findQuery(type), `${type} is a query`);
  return query(
    { type, version: 1, args, path: ARGS },
    { metadata, catalogs: new Map([['default', BLOG_CATALOG]]), inconsistencies: [] },
  );
}

function refusal(type: string, args: unknown, metadata?: Metadata): unknown {
  try {
    return ask(type, args, metadata);
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    return { code: error.code, path: error.path, message: error.message };
  }
}

const author = { schema: 'public', name: 'author' };
const article = { schema: 'public', name: 'article' };
const along = {
  type: 'object',
  from: { table: article, columns: ['author_id'], constraint_name: 'article_author_id_fkey' },
  to: { table: author, columns: ['id'] },
};
const back = { type: 'array', from: along.to, to: along.from };

describe('suggest_relationships', () => {
  test('suggests both directions of a foreign key between tracked tables', () => {
    expect(ask('pg_suggest_relationships', {})).toEqual({ relationships: [along, back] });
    expect(ask('suggest_relationships', { source: 'default', tables: ['author'] })).toEqual({
      relationships: [along, back],
    });
    expect(ask('pg_suggest_relationships', { tables: ['tag'] })).toEqual({ relationships: [] });
  });

  test('leaves out each direction that is tracked', () => {
    expect(ask('pg_suggest_relationships', { omit_tracked: true })).toEqual({ relationships: [] });
    const half = changed(BLOG, { 'sources.0.tables.0.array_relationships': undefined });
    expect(ask('pg_suggest_relationships', { omit_tracked: true }, half)).toEqual({ relationships: [back] });
  });

  test('knows tracked tables only', () => {
    const untracked = changed(BLOG, { 'sources.0.tables': [BLOG.sources[0]?.tables[1]] });
    expect(ask('pg_suggest_relationships', {}, untracked)).toEqual({ relationships: [] });
  });

  test('wants a list of tables', () => {
    expect(refusal('suggest_relationships', { tables: 'author' })).toEqual({
      code: 'parse-failed',
      path: '$.args.tables',
      message: 'parsing [] failed, expected Array, but encountered String',
    });
  });
});

describe('tables of a source', () => {
  test('lists them, tracked or not', () => {
    expect(ask('pg_get_source_tables', { source: 'default' })).toEqual(
      ['article', 'author', 'label', 'tag'].map((name) => ({ schema: 'public', name })),
    );
  });

  test('lists functions beside them', () => {
    expect(ask('pg_get_source_trackables', { source: 'default' })).toMatchObject({
      tables: [{ name: article }, { name: author }, {}, {}],
      functions: [{ name: { schema: 'public', name: 'full_name' }, volatility: 'STABLE' }, {}, {}],
    });
  });

  test.each(['get_table_info', 'pg_get_table_info'])('describes one by %s', (type) => {
    expect(ask(type, { source: 'default', table: 'article' })).toEqual({
      name: article,
      type: 'table',
      columns: [
        { name: 'id', type: 'int4', nullable: false, insertable: true, updatable: true },
        { name: 'title', type: 'text', nullable: true, insertable: true, updatable: true },
        { name: 'author_id', type: 'int4', nullable: true, insertable: true, updatable: true },
      ],
      primary_key: ['id'],
      foreign_keys: {
        article_author_id_fkey: { foreign_table: author, column_mapping: { author_id: 'id' } },
      },
      insertable: true,
      updatable: true,
      deletable: true,
    });
    expect(ask(type, { source: 'default', table: 'gone' })).toBeNull();
  });

  test('knows no other source, and none whose database cannot be asked', () => {
    expect(refusal('pg_get_source_tables', { source: 'other' })).toEqual({
      code: 'not-exists',
      path: '$.args',
      message: 'source with name "other" does not exist',
    });
    const two = changed(BLOG, { sources: [...BLOG.sources, { ...BLOG.sources[0], name: 'down' }] });
    expect(refusal('pg_get_source_tables', { source: 'down' }, two)).toEqual({
      code: 'unexpected',
      path: '$.args',
      message: 'source with name "down" is inconsistent',
    });
    expect(refusal('pg_get_table_info', { table: 'author' })).toMatchObject({ code: 'parse-failed' });
  });
});

test('the only kind of source is Postgres', () => {
  expect(ask('list_source_kinds', {})).toEqual({
    sources: [{ kind: 'pg', builtin: true, display_name: 'pg', available: true }],
  });
  expect(refusal('get_source_kind_capabilities', { name: 'sqlite' })).toMatchObject({ code: 'not-found' });
  expect(refusal('get_source_kind_capabilities', {})).toMatchObject({ code: 'parse-failed' });
});

test('the internal state is numbers, and no address is among them', () => {
  const secret = changed(BLOG, {
    'sources.0.configuration': { connection_info: { database_url: 'postgres://user:secret@host/db' } },
  });
  const state = ask('dump_internal_state', {}, secret);
  expect(state).toMatchObject({
    sources: [
      {
        name: 'default',
        reachable: true,
        tables: 2,
        functions: 1,
        relationships: 2,
        computed_fields: 1,
        permissions: 2,
        roles: 1,
      },
    ],
    inherited_roles: 1,
    query_collections: 2,
    allowlist: 1,
    rest_endpoints: 1,
    is_consistent: true,
  });
  expect(JSON.stringify(state)).not.toContain('secret');
});

test('what is inconsistent is told without its place in the document', () => {
  const query = must(findQuery('get_inconsistent_metadata'), 'it is a query');
  const object = { type: 'table', name: 'table gone in source default', definition: {}, reason: 'gone' };
  expect(
    query(
      { type: 'get_inconsistent_metadata', version: 1, args: {}, path: ARGS },
      {
        metadata: BLOG,
        catalogs: new Map(),
        inconsistencies: [{ ...object, path: ['sources', 0, 'tables', 0] }],
      },
    ),
  ).toEqual({ is_consistent: false, inconsistent_objects: [object] });
});

test.each(['track_table', 'pg_list_source_kinds', 'constructor', ''])('%j is no query', (type) => {
  expect(findQuery(type)).toBeUndefined();
});
