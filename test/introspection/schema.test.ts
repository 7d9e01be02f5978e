import { buildSchema, parse, validateSchema } from 'graphql';
import { describe, expect, test } from 'vitest';

import type { RoleView } from '../../src/artifact/decode.ts';
import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import { roleSchema } from '../../src/introspection/schema.ts';
import {
  argument,
  arrayRelationship,
  blog,
  column,
  computedField,
  objectRelationship,
  openRole,
  table,
  typeTable,
} from './model.ts';

/** Every type that has operators of its own. */
function everyType(): RoleView {
  const types = typeTable();
  const names = [
    'bool', 'bpchar', 'bytea', 'citext', 'date', 'float4', 'float8', 'geography', 'geometry', 'int2', 'int4[]', 'int8',
    'interval', 'json', 'jsonb', 'ltree', 'money', 'numeric', 'raster', 'text[]', 'timestamp', 'uuid', 'varchar',
  ]; // prettier-ignore
  const columns = names.map((name) => column(types, `a_${name.replace('[]', 's')}`, name));
  return openRole(types, [table('everything', columns, { schema: 'app', allowAggregations: true })]);
}

/** Tables of which the role sees no column, one of them only counted, and what refers to them. */
function withoutColumns(): RoleView {
  const types = typeTable();
  return openRole(types, [
    table('counted', [], { allowAggregations: true }),
    table('looped', [objectRelationship('self', 1)]),
    table('through', [objectRelationship('visible', 3), objectRelationship('nothing', 1)]),
    table('visible', [
      column(types, 'id', 'int4!'),
      arrayRelationship('counts', 0),
      arrayRelationship('loops', 1),
    ]),
  ]);
}

/** Fields whose names mean something else too, and descriptions no block string can hold. */
function hostile(): RoleView {
  const types = typeTable();
  return openRole(types, [
    table(
      'a',
      [
        column(types, '_and', 'int4', ' leading and """ and \\ and "'),
        column(types, 'b_aggregate', 'text', 'line one\n  line two\nline three'),
        column(types, 'c', 'text', '\u0000\t\r\n'),
        column(types, 'constructor', 'text', '   '),
        column(types, 'd', 'text', 'ends in a quote"'),
        column(types, 'e', 'text', 'ends in a backslash\\'),
        column(types, 'f', 'text', 'a\n b\n  c'),
        column(types, 'toString', 'text', '\n\n'),
        arrayRelationship('b', 0),
        computedField('g', { kind: 'scalar', type: types.ref('int4') }, [
          argument(types, 'constructor', 'int4'),
        ]),
        computedField('h', { kind: 'scalar', type: types.ref('numeric') }, [
          argument(types, 'x', 'json', true),
        ]),
      ],
      { allowAggregations: true, description: '' },
    ),
  ]);
}

const MODELS: readonly (readonly [string, () => RoleView])[] = [
  ['blog', blog],
  ['every-type', everyType],
  ['without-columns', withoutColumns],
  ['hostile', hostile],
];

describe.each(MODELS)('the schema of %s', (name, model) => {
  test('prints as the SDL kept here', async () => {
    await expect(printRoleSchema(model())).toMatchFileSnapshot(`snapshots/${name}.sdl`);
  });

  test('is valid GraphQL', () => {
    expect(validateSchema(roleSchema(model()))).toEqual([]);
  });

  test('prints the same text each time', () => {
    expect(printRoleSchema(model())).toBe(printRoleSchema(model()));
  });
});

test('descriptions come back from SDL as they were', () => {
  const role = hostile();
  const fields = buildSchema(printRoleSchema(role)).getType('a')?.toConfig() as unknown as {
    fields: Record<string, { description: string | null }>;
  };
  for (const field of role.table(0).fields) {
    expect([field.name, fields.fields[field.name]?.description]).toEqual([field.name, field.description]);
  }
});

test('a lone surrogate in a comment leaves SDL that parses', () => {
  const types = typeTable();
  const role = openRole(types, [table('a', [column(types, 'id', 'int4', 'half \ud800')])]);
  expect(() => parse(printRoleSchema(role))).not.toThrow();
});

describe('a role that sees nothing', () => {
  const text = encodeArtifact({ version: ARTIFACT_VERSION, sources: [], roles: [], inconsistencies: [] });

  test('has the placeholder alone', () => {
    const sdl = printRoleSchema(openArtifact(text).role('nobody'));
    expect(sdl).toContain('no_queries_available: String!');
    expect(validateSchema(buildSchema(sdl))).toEqual([]);
    expect(sdl.match(/^(type|input|enum|scalar) .*/gm)).toEqual(['type query_root {']);
  });

  test('has it too when its only table shows no field', () => {
    const sdl = printRoleSchema(openRole(typeTable(), [table('secret', [])]));
    expect(sdl).toContain('no_queries_available: String!');
    expect(sdl).not.toContain('secret');
  });
});

describe('what the role lacks', () => {
  test('a table no root field and no relationship leads to is not shown', () => {
    const types = typeTable();
    const tables = [
      table('hidden', [column(types, 'token', 'uuid')]),
      table('shown', [column(types, 'id', 'int4')]),
    ];
    const fields = [{ name: 'shown', kind: 'select' as const, namespace: null, table: 1, description: null }];
    const sdl = printRoleSchema(openRole(types, tables, fields));
    expect(sdl).toContain('type shown');
    expect(sdl).not.toMatch(/hidden|token|uuid/);
  });

  test('aggregates, and orders by them, are not shown without allow_aggregations', () => {
    const sdl = printRoleSchema(blog());
    expect(sdl).toContain('articles_aggregate');
    expect(sdl).not.toMatch(/author_(aggregate|avg|max|min|sum)/);

    const types = typeTable();
    const role = openRole(types, [
      table('author', [column(types, 'id', 'int4'), arrayRelationship('articles', 0)]),
    ]);
    expect(printRoleSchema(role)).not.toContain('aggregate');
  });

  test('a table without order_by members has no order_by argument', () => {
    const types = typeTable();
    const cf = computedField('f', { kind: 'scalar', type: types.ref('text') }, [
      argument(types, 'x', 'text'),
    ]);
    const sdl = printRoleSchema(openRole(types, [table('only_computed', [cf])]));
    expect(sdl).not.toMatch(/order_by[:\]!]|distinct_on/);
    expect(sdl).toContain('where: only_computed_bool_exp');
  });
});

describe('two things that claim one type name', () => {
  test('give an error that names both, the role and the way out', () => {
    const types = typeTable();
    const tables = [
      table('users', [column(types, 'id', 'int4')], { allowAggregations: true }),
      table('users_aggregate', [column(types, 'id', 'int4')]),
    ];
    const role = openRole(types, tables, [
      { name: 'count_users', kind: 'select_aggregate', namespace: null, table: 0, description: null },
      { name: 'list_aggregates', kind: 'select', namespace: null, table: 1, description: null },
    ]);
    expect(() => printRoleSchema(role)).toThrow(
      expect.objectContaining({
        code: 'unexpected',
        message:
          'The schema of role "user" would have two types named "users_aggregate": the aggregate of table "users" in source "default", and the rows of table "users_aggregate" in source "default". Give one of the tables another name with configuration.custom_name.',
      }),
    );
  });

  test.each(['order_by', 'Int', '__Type', 'query_root'])('also when a table is named %s', (name) => {
    const types = typeTable();
    const role = openRole(types, [table(name, [column(types, 'id', 'int4')])]);
    expect(() => printRoleSchema(role)).toThrow(`two types named "${name}"`);
  });
});
