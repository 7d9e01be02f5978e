// Inserts of many rows through the worker: as many as a bulk load has, in one request and one transaction.

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Hedge } from '../support/hedge.ts';
import { startHedge } from '../support/hedge.ts';
import { metadataOf } from '../support/stages.ts';

const METADATA = metadataOf({
  configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
  tables: [
    {
      table: { schema: 'public', name: 'parent' },
      array_relationships: [
        {
          name: 'children',
          using: {
            foreign_key_constraint_on: { table: { schema: 'public', name: 'child' }, column: 'parent_id' },
          },
        },
      ],
    },
    {
      table: { schema: 'public', name: 'child' },
      object_relationships: [{ name: 'parent', using: { foreign_key_constraint_on: 'parent_id' } }],
    },
  ],
});

let hedge: Hedge;
beforeAll(async () => {
  hedge = await startHedge({
    sql: `create table parent (id serial primary key, name text, n int default 5, info jsonb, at timestamptz);
          create table child (id serial primary key, parent_id int references parent(id), name text);`,
    metadata: METADATA,
  });
});
afterAll(() => hedge?.stop());

const insert = async (objects: readonly unknown[], select: string): Promise<unknown> => {
  const query = `mutation ($o: [parent_insert_input!]!) { insert_parent(objects: $o) { ${select} } }`;
  const { body } = await hedge.graphql(query, { variables: { o: objects } });
  return body;
};

test('10,000 rows', async () => {
  const objects = Array.from({ length: 10_000 }, (_, i) => ({
    name: `row ${i}`,
    n: i,
    info: { i, text: 'x'.repeat(50) },
    at: '2026-01-02T03:04:05Z',
  }));
  const body = (await insert(objects, 'affected_rows returning { name n }')) as {
    data: { insert_parent: { affected_rows: number; returning: { name: string; n: number }[] } };
  };
  expect(body.data.insert_parent.affected_rows).toBe(10_000);
  expect(body.data.insert_parent.returning.every((row, i) => row.n === i && row.name === `row ${i}`)).toBe(
    true,
  );
});

test('3,000 rows with three children each', async () => {
  const objects = Array.from({ length: 3_000 }, (_, i) => ({
    name: `p${i}`,
    children: { data: [{ name: `${i}.0` }, { name: `${i}.1` }, { name: `${i}.2` }] },
  }));
  const body = (await insert(
    objects,
    'affected_rows returning { name children(order_by: {id: asc}) { name } }',
  )) as {
    data: {
      insert_parent: { affected_rows: number; returning: { name: string; children: { name: string }[] }[] };
    };
  };
  expect(body.data.insert_parent.affected_rows).toBe(12_000);
  expect(body.data.insert_parent.returning.at(-1)).toEqual({
    name: 'p2999',
    children: [{ name: '2999.0' }, { name: '2999.1' }, { name: '2999.2' }],
  });
});

test('4,000 rows of which some leave a column to its default', async () => {
  const objects = Array.from({ length: 4_000 }, (_, i) => ({
    name: `d${i}`,
    ...(i % 2 === 0 && { n: null }),
  }));
  const body = (await insert(objects, 'affected_rows returning { name n }')) as {
    data: { insert_parent: { affected_rows: number; returning: { name: string; n: number | null }[] } };
  };
  const { affected_rows: affected, returning } = body.data.insert_parent;
  expect(affected).toBe(4_000);
  expect(returning.every((row, i) => row.name === `d${i}` && row.n === (i % 2 === 0 ? null : 5))).toBe(true);
});

test('2,000 rows of different columns with what hangs on them, and with conflicts that leave some out', async () => {
  const { body: before } = await hedge.graphql('{ parent_aggregate { aggregate { max { id } } } }');
  const { max } = (before as { data: { parent_aggregate: { aggregate: { max: { id: number } } } } }).data
    .parent_aggregate.aggregate;
  const ids = Array.from({ length: 2_000 }, (_, i) => 1_000_000 + max.id + i);
  const objects = ids.map((id, i) => ({
    id,
    ...(i % 3 === 0 && { n: i }),
    ...(i % 7 === 0 && { name: 'x' }),
  }));
  const select =
    'affected_rows returning { id children { name } children_aggregate { aggregate { count } } }';
  const query = `mutation ($o: [parent_insert_input!]!) { insert_parent(objects: $o, on_conflict: {constraint: parent_pkey}) { ${select} } }`;
  const write = async (o: readonly unknown[]): Promise<readonly number[]> => {
    const { body } = await hedge.graphql(query, { variables: { o } });
    const { data } = body as { data: { insert_parent: { returning: { id: number }[] } } };
    return data.insert_parent.returning.map((row) => row.id);
  };
  expect(await write(objects.slice(0, 1_500))).toEqual(ids.slice(0, 1_500));
  const rest = await write(objects);
  expect(rest.toSorted((a, b) => a - b)).toEqual(ids.slice(1_500));
});

test('1,200 rows with a parent each, of which some leave a column to its default: each has its own', async () => {
  const objects = Array.from({ length: 1_200 }, (_, i) => ({
    name: `c${i}`,
    parent: { data: { name: `p${i}`, ...(i % 3 === 0 && { n: i }) } },
  }));
  const query =
    'mutation ($o: [child_insert_input!]!) { insert_child(objects: $o) { affected_rows returning { name parent { name n } } } }';
  const { body } = await hedge.graphql(query, { variables: { o: objects } });
  const { data } = body as {
    data: {
      insert_child: {
        affected_rows: number;
        returning: { name: string; parent: { name: string; n: number } }[];
      };
    };
  };
  expect(data.insert_child.affected_rows).toBe(2_400);
  for (const [i, row] of data.insert_child.returning.entries())
    expect(row).toEqual({ name: `c${i}`, parent: { name: `p${i}`, n: i % 3 === 0 ? i : 5 } });
});

test('as many as 20,000 rows written out in the document are refused, and nothing is written', async () => {
  const rows = Array.from({ length: 20_001 }, (_, i) => `{name:"l${i}"}`).join('');
  const { body } = await hedge.graphql(`mutation { insert_parent(objects: [${rows}]) { affected_rows } }`);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'validation-failed' } }] });
});
