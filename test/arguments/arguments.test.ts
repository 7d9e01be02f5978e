// What arguments may hold beyond the common types: literals of enums and strings, values whose own syntax is wrong, and
// variables that nobody gave.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create extension if not exists ltree;
create table item (
  id serial primary key, name text default 'unnamed', tags text[], path ltree, uid uuid, info jsonb, words tsquery
);
insert into item (name, tags, path, info) values ('a', '{x}', 'a.b', '{"k": 1}'), ('b', '{}', 'a.c', '{}');
`;

let stages: Stages;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  ask = stages.serve(stages.compiled(METADATA));
});
afterAll(() => stages?.stop());

const METADATA = metadataOf({ tables: [{ table: { schema: 'public', name: 'item' } }] });
const AT = '$.selectionSet.item.args.where';

describe('a literal of an enum', () => {
  test.each([
    ['name: {_eq: a}', `${AT}.name._eq`],
    ['name: {_in: ["b", a]}', `${AT}.name._in[1]`],
    ['name: {_like: a}', `${AT}.name._like`],
    ['tags: {_contains: [x]}', `${AT}.tags._contains[0]`],
    ['info: {_has_key: k}', `${AT}.info._has_key`],
    ['info: {_has_keys_any: [k]}', `${AT}.info._has_keys_any[0]`],
    ['info: {_cast: {String: {_eq: k}}}', `${AT}.info._cast.String._eq`],
  ])('is no string in where: {%s}', async (where, path) => {
    expect(await ask('admin', `{ item(where: {${where}}) { id } }`)).toBe(
      `validation-failed ${path} expected a string for type 'String', but found an enum value`,
    );
  });

  test('is none where a path or a value to write is expected either', async () => {
    expect(await ask('admin', '{ item { info(path: k) } }')).toMatch(
      /expected a string for type 'String', but found an enum value$/,
    );
    for (const [field, place] of [
      ['insert_item_one(object: {name: a}) { id }', 'insert_item_one.args.object.name'],
      [
        'insert_item(objects: [{name: "b"}, {name: a}]) { affected_rows }',
        'insert_item.args.objects[1].name',
      ],
      ['insert_item(objects: {tags: ["x", a]}) { affected_rows }', 'insert_item.args.objects[0].tags[1]'],
      ['update_item(where: {}, _set: {name: a}) { affected_rows }', 'update_item.args._set.name'],
    ]) {
      expect(await ask('admin', `mutation { ${field} }`)).toBe(
        `validation-failed $.selectionSet.${place} expected a string for type 'String', but found an enum value`,
      );
    }
    expect(await ask('admin', '{ item_aggregate { aggregate { count } } }')).toEqual({
      item_aggregate: { aggregate: { count: 2 } },
    });
  });

  test('is a value of scalars that take any, as in Hasura', async () => {
    expect(await ask('admin', '{ item(where: {path: {_eq: a}}) { id } }')).toEqual({ item: [] });
  });
});

describe('a value whose own syntax is wrong is told to the client', () => {
  test.each([
    ['path: {_matches: "a.!!"}', 'lquery syntax error at character 4'],
    ['path: {_matches: "a..b"}', 'lquery syntax error at character 3'],
    ['path: {_matches_any: ["a", "*{x}"]}', 'lquery syntax error at character 3'],
    ['path: {_matches_fulltext: "a |"}', 'operand syntax error'],
    ['path: {_matches_fulltext: "a%b"}', 'modifiers syntax error'],
    ['words: {_eq: "a &"}', 'no operand in tsquery: "a &"'],
    ['words: {_eq: "a b"}', 'syntax error in tsquery: "a b"'],
  ])('where: {%s}', async (where, message) => {
    expect(await ask('admin', `{ item(where: {${where}}) { id } }`)).toBe(`data-exception $ ${message}`);
  });
});

describe('a variable that nobody gave', () => {
  const REMOVED = { variableRules: { unboundIsNull: false, nullInNonNull: false } };
  const removed = (): Ask => stages.serve(stages.compiled(METADATA), REMOVED);
  const where = 'query ($x: String) { item(where: {name: {_eq: $x}}, order_by: {id: asc}) { id } }';

  test('is null', async () => {
    expect(await ask('admin', where)).toBe(
      `validation-failed ${AT}.name._eq unexpected null value for type 'String'`,
    );
    expect(
      await ask(
        'admin',
        'query ($n: Int, $w: item_bool_exp, $o: [item_order_by!]) { item(limit: $n, where: $w, order_by: $o) { id } }',
      ),
    ).toMatchObject({ item: [{}, {}] });
  });

  test('is as if it were not written, where the deployment wants that', async () => {
    expect(await removed()('admin', where)).toEqual({ item: [{ id: 1 }, { id: 2 }] });
    expect(await removed()('admin', where, { variables: { x: 'a' } })).toEqual({ item: [{ id: 1 }] });
    expect(await removed()('admin', where, { variables: { x: null } })).toMatch(/unexpected null value/);
    expect(
      await removed()(
        'admin',
        'query ($x: String) { item(where: {_or: [{name: {_in: [$x, "b"]}}]}) { id } }',
      ),
    ).toEqual({ item: [{ id: 2 }] });
    expect(
      await removed()('admin', 'query ($x: String = "b") { item(where: {name: {_eq: $x}}) { id } }'),
    ).toEqual({ item: [{ id: 2 }] });
  });

  test('is written as null, or leaves columns as they are', async () => {
    const insert = 'mutation ($x: String) { insert_item_one(object: {name: $x}) { name } }';
    expect(await ask('admin', insert)).toEqual({ insert_item_one: { name: null } });
    expect(await removed()('admin', insert)).toEqual({ insert_item_one: { name: 'unnamed' } });
    const update =
      'mutation ($x: String) { update_item_by_pk(pk_columns: {id: 1}, _set: {name: $x, path: "z"}) { name path } }';
    expect(await removed()('admin', update)).toEqual({ update_item_by_pk: { name: 'a', path: 'z' } });
    expect(await ask('admin', update)).toEqual({ update_item_by_pk: { name: null, path: 'z' } });
  });

  test('fits no place that is not null, even with null for its default', async () => {
    const query = 'query ($id: Int = null) { item_by_pk(id: $id) { id } }';
    for (const variables of [{}, { id: 2 }]) {
      expect(await ask('admin', query, { variables })).toBe(
        "validation-failed $.selectionSet.item_by_pk.args.id variable 'id' is declared as 'Int', but used where 'Int!' is expected",
      );
    }
    expect(await ask('admin', 'query ($id: Int = 2) { item_by_pk(id: $id) { id } }')).toEqual({
      item_by_pk: { id: 2 },
    });
  });
});

describe('null for a variable of a non-null type', () => {
  const query = 'query ($x: [String!]!) { item(where: {name: {_in: $x}}) { id } }';

  test('is refused', async () => {
    expect(await ask('admin', query, { variables: { x: null } })).toBe(
      'validation-failed $ null value found for non-nullable type: "[String!]!"',
    );
  });

  test('comes to the places it is used at, where the deployment lets it', async () => {
    const lenient = stages.serve(stages.compiled(METADATA), {
      variableRules: { unboundIsNull: true, nullInNonNull: true },
    });
    expect(await lenient('admin', query, { variables: { x: null } })).toMatch(
      /^validation-failed .*_in unexpected null value/,
    );
    expect(
      await lenient('admin', 'query ($n: Int!) { item(limit: $n) { id } }', { variables: { n: null } }),
    ).toMatchObject({
      item: [{}, {}, {}, {}],
    });
  });
});

describe('arrays as scalars (disable_postgres_arrays)', () => {
  test('are written in Postgres’ notation and read as lists', async () => {
    const scalars = stages.serve(stages.compiled(METADATA, { arraysAsScalars: true }));
    expect(
      await scalars(
        'admin',
        'mutation { update_item_by_pk(pk_columns: {id: 2}, _set: {tags: "{p,q}"}) { tags } }',
      ),
    ).toEqual({ update_item_by_pk: { tags: ['p', 'q'] } });
    expect(
      await scalars(
        'admin',
        'query ($t: _text) { item(where: {tags: {_eq: $t}}) { id } __type(name: "item") { fields { name type { name kind } } } }',
        { variables: { t: '{p,q}' } },
      ),
    ).toMatchObject({
      item: [{ id: 2 }],
      __type: {
        fields: expect.arrayContaining([
          { name: 'tags', type: { name: '_text', kind: 'SCALAR' } },
        ]) as unknown,
      },
    });
    expect(await scalars('admin', '{ item(where: {tags: {_contains: ["p"]}}) { id } }')).toMatch(
      /field '_contains' not found in type: '_text_comparison_exp'/,
    );
  });
});
