// The SQL of a few whole queries, kept as files; and when a plan serves another request.

import { describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { compile } from '../../src/compile/compile.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';
import { guardsHold } from '../../src/plan/input.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import { CATALOG } from '../compile/catalog.ts';

const AUTHOR = { schema: 'public', name: 'author' };
const ARTICLE = { schema: 'public', name: 'article' };
const artifact = compile(
  {
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        configuration: { connection_info: { database_url: { from_env: 'DATABASE' } } },
        tables: [
          {
            table: AUTHOR,
            array_relationships: [
              {
                name: 'articles',
                using: { foreign_key_constraint_on: { table: ARTICLE, column: 'author_id' } },
              },
            ],
            select_permissions: [
              {
                role: 'user',
                permission: { columns: ['id', 'name'], filter: { id: { _eq: 'X-Hasura-User-Id' } } },
              },
            ],
          },
          {
            table: ARTICLE,
            object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
            select_permissions: [
              {
                role: 'user',
                permission: {
                  columns: ['id', 'title', 'author_id'],
                  filter: { title: { _neq: 'draft' } },
                  limit: 10,
                  allow_aggregations: true,
                },
              },
            ],
          },
        ],
      },
    ],
  },
  new Map([['default', CATALOG]]),
);
const role = openArtifact(encodeArtifact(artifact)).role('user');

function planned(query: string, variables: Record<string, unknown> = {}): Plan {
  return plan(role, selectOperation(parse(query), undefined), variables, {
    stringifyNumericTypes: false,
    booleanNullCollapse: false,
  });
}

function statement(query: string, variables?: Record<string, unknown>): string {
  const { answer } = planned(query, variables);
  if (answer.kind !== 'statement') throw new Error('no statement');
  const { text, bindings } = answer.statement;
  // A line per clause, so that a change reads well.
  const lines = text
    .replaceAll(/ (from|where|order by|limit|offset) /g, '\n  $1 ')
    .replaceAll('(select ', '\n(select ');
  return `${lines}\n\n${bindings.map((b, i) => `$${i + 1} ${JSON.stringify(b)}`).join('\n')}\n`;
}

describe('SQL', () => {
  test.each([
    ['by-pk', '{ author_by_pk(id: 1) { name } }'],
    [
      'list',
      '{ article(where: {author: {name: {_eq: "Ann"}}}, order_by: {title: desc}, limit: 5, offset: 1) { title author { name } } }',
    ],
    ['nested-list', '{ author { name articles(limit: 3) { title author { id } } } }'],
    [
      'aggregate',
      '{ article_aggregate(where: {id: {_gt: 1}}) { aggregate { count max { id } } nodes { title } } }',
    ],
    ['order-by-aggregate', '{ author(order_by: {articles_aggregate: {count: desc}}) { id } }'],
  ])('%s', async (name, query) => {
    const text = statement(query);
    await expect(text).toMatchFileSnapshot(`./snapshots/${name}.sql`);
    // Whatever the snapshot says: each time a table is read, its permission stands beside it.
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    expect(count(/"id" = \(\$\d+\)::"pg_catalog"."int4"/g)).toBeGreaterThanOrEqual(
      count(/from "public"."author"/g),
    );
    expect(count(/"title" <> /g)).toBe(count(/from "public"."article"/g));
  });
});

describe('guards', () => {
  const FULL =
    'query ($w: article_bool_exp, $o: [article_order_by!], $l: Int, $s: Boolean! = false) { article(where: $w, order_by: $o, limit: $l) { id title @skip(if: $s) } }';
  const first = { w: { id: { _in: [1, 2] }, title: { _like: 'a' } }, o: [{ id: 'asc' }], l: 3 };
  const made = planned(FULL, first);

  test.each<[string, Record<string, unknown>]>([
    ['other values', { ...first, w: { id: { _in: [7] }, title: { _like: 'b' } }, l: 9 }],
    [
      'a longer list of one parameter',
      { ...first, w: { id: { _in: Array.from({ length: 500 }, (_, i) => i) }, title: { _like: '' } } },
    ],
  ])('hold for %s', (_, variables) => {
    expect(guardsHold(made.guards, variables)).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ['another operator', { ...first, w: { id: { _nin: [1] }, title: { _like: 'a' } } }],
    ['one condition more', { ...first, w: { ...first.w, author_id: { _eq: 1 } } }],
    ['one condition less', { ...first, w: { id: { _in: [1] } } }],
    ['another direction', { ...first, o: [{ id: 'desc' }] }],
    ['two keys to sort by', { ...first, o: [{ id: 'asc' }, { title: 'asc' }] }],
    ['no limit', { w: first.w, o: first.o }],
    ['null for the limit', { ...first, l: null }],
    ['null for an operand', { ...first, w: { id: { _in: null }, title: { _like: 'a' } } }],
    ['no filter', { ...first, w: null }],
    ['a field skipped', { ...first, s: true }],
    ['a default given', { ...first, s: false }],
  ])('do not hold for %s', (_, variables) => {
    expect(guardsHold(made.guards, variables)).toBe(false);
  });
});
