// Computed fields where aggregates and orders take them: with arguments, returning tables, and seen by an inherited role
// in some rows only.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table product (id int primary key, price int, kind text);
create table part (id int primary key, product_id int, cost int);
insert into product values (1, 10, 'a'), (2, 20, 'a'), (3, 30, 'b');
insert into part values (1, 1, 7), (2, 1, 9), (3, 2, 8), (4, 3, 1), (5, 3, 2);
create function discounted(product product, percent int default 50) returns numeric language sql stable as
  $$ select product.price * (100 - percent) / 100.0 $$;
create function plain(product product) returns int language sql stable as $$ select product.price + 1 $$;
create function label(product product) returns text language sql stable as $$ select product.kind || product.id $$;
create function parts_of(product product) returns setof part language sql stable as
  $$ select * from part where product_id = product.id $$;
`;

const computed = (name: string, fn: string) => ({
  name,
  definition: { function: { schema: 'public', name: fn } },
});

const TABLES: readonly TableMetadata[] = [
  {
    table: { schema: 'public', name: 'product' },
    computed_fields: [
      computed('discounted', 'discounted'),
      computed('plain', 'plain'),
      computed('label', 'label'),
      computed('parts', 'parts_of'),
    ],
    select_permissions: [
      {
        role: 'shop',
        permission: { columns: ['id'], computed_fields: ['label'], filter: {}, allow_aggregations: true },
      },
      {
        role: 'boss',
        permission: {
          columns: ['id'],
          computed_fields: ['plain', 'discounted'],
          filter: { kind: { _eq: 'b' } },
        },
      },
    ],
  },
  {
    table: { schema: 'public', name: 'part' },
    select_permissions: [
      {
        role: 'shop',
        permission: { columns: ['id', 'cost'], filter: { cost: { _lt: 9 } }, allow_aggregations: true },
      },
      { role: 'boss', permission: { columns: ['id'], filter: {} } },
    ],
  },
];
const METADATA = metadataOf(
  { tables: TABLES },
  { inherited_roles: [{ role_name: 'both', role_set: ['shop', 'boss'] }] },
);

let stages: Stages;
let artifact: Artifact;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  artifact = stages.compiled(METADATA);
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

const ids = async (role: string, order: string): Promise<unknown> => {
  const answer = await ask(role, `{ product(order_by: ${order}) { id } }`);
  return typeof answer === 'string'
    ? answer
    : (answer as { product: { id: number }[] }).product.map(({ id }) => id);
};

describe('aggregates', () => {
  test('of numbers and texts, with arguments of their own at each mention', async () => {
    expect(
      await ask(
        'admin',
        '{ product_aggregate { aggregate { sum { plain half: discounted tenth: discounted(args: {percent: 10}) } avg { plain } max { label discounted(args: {percent: 0}) } } } }',
      ),
    ).toEqual({
      product_aggregate: {
        aggregate: {
          sum: { plain: 63, half: 30, tenth: 54 },
          avg: { plain: 21 },
          max: { label: 'b3', discounted: 30 },
        },
      },
    });
    expect(
      await ask(
        'admin',
        'query ($p: Int) { product_aggregate { aggregate { sum { discounted(args: {percent: $p}) } } } }',
        { variables: { p: 100 } },
      ),
    ).toEqual({ product_aggregate: { aggregate: { sum: { discounted: 0 } } } });
  });

  test('are of fields the role has', async () => {
    expect(await ask('shop', '{ product_aggregate { aggregate { max { label } } } }')).toEqual({
      product_aggregate: { aggregate: { max: { label: 'b3' } } },
    });
    expect(await ask('shop', '{ product_aggregate { aggregate { sum { plain } } } }')).toMatch(
      /field 'plain' not found/,
    );
    expect(await ask('admin', '{ product_aggregate { aggregate { sum { label } } } }')).toMatch(
      /field 'label' not found/,
    );
    expect(await ask('admin', '{ product_aggregate { aggregate { sum { parts } } } }')).toMatch(
      /field 'parts' not found/,
    );
  });

  test('leave out rows in which an inherited role does not see the value', async () => {
    expect(
      await ask(
        'both',
        '{ product_aggregate { aggregate { count sum { plain discounted(args: {percent: 0}) } max { label } } } }',
      ),
    ).toEqual({
      product_aggregate: {
        aggregate: { count: 3, sum: { plain: 31, discounted: 30 }, max: { label: 'b3' } },
      },
    });
  });

  test.each([
    ['of three rows', '{ id: { _gt: 0 } }'],
    ['of none', '{ id: { _gt: 9 } }'],
  ])('are one object where nothing of the rows is asked: %s', async (_name, where) => {
    const typeName = { __typename: 'product_aggregate_fields' };
    expect(
      await ask(
        'admin',
        `{ product_aggregate(where: ${where}) { aggregate { __typename } } ` +
          'product(where: { id: { _eq: 1 } }) { parts_aggregate { aggregate { __typename } nodes { __typename } } } }',
      ),
    ).toMatchObject({
      product_aggregate: { aggregate: typeName },
      product: [{ parts_aggregate: { aggregate: { __typename: 'part_aggregate_fields' } } }],
    });
  });

  test('are in the schema with their arguments', () => {
    const sdl = printRoleSchema(openArtifact(encodeArtifact(artifact)).role('admin'));
    expect(validateSchema(buildSchema(sdl))).toEqual([]);
    const avg = /^type product_avg_fields \{.*?^\}/ms.exec(sdl)?.[0] ?? '';
    expect(avg).toContain('args: discounted_product_args');
    expect(avg).toMatch(/\): numeric$/m);
    expect(avg).toMatch(/ {2}price: Float$/m);
  });
});

describe('orders', () => {
  test('by values', async () => {
    expect(await ids('admin', '{plain: desc}')).toEqual([3, 2, 1]);
    expect(await ids('shop', '{label: desc}')).toEqual([3, 2, 1]);
    expect(await ids('shop', '{plain: desc}')).toMatch(/field 'plain' not found in type: 'product_order_by'/);
    expect(await ids('admin', '{discounted: asc}')).toMatch(
      /field 'discounted' not found in type: 'product_order_by'/,
    );
  });

  test('by aggregates of the rows they return, those the role sees', async () => {
    expect(await ids('admin', '[{parts_aggregate: {count: desc}}, {id: desc}]')).toEqual([3, 1, 2]);
    expect(await ids('admin', '{parts_aggregate: {max: {cost: desc}}}')).toEqual([1, 2, 3]);
    expect(await ids('shop', '{parts_aggregate: {max: {cost: desc}}}')).toEqual([2, 1, 3]);
    expect(await ids('boss', '{parts_aggregate: {count: desc}}')).toMatch(
      /field 'parts_aggregate' not found/,
    );
  });

  test('put rows in which an inherited role does not see the value where null goes', async () => {
    expect(await ids('both', '[{plain: asc_nulls_first}, {id: desc}]')).toEqual([2, 1, 3]);
    expect(await ids('both', '[{plain: desc_nulls_last}, {id: asc}]')).toEqual([3, 1, 2]);
  });
});
