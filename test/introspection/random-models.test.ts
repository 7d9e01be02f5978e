// Any role model gives a valid schema, and answers that graphql-js agrees with.

import * as fc from 'fast-check';
import type { FieldNode } from 'graphql';
import { executeSync, getIntrospectionQuery, Kind, parse, validateSchema } from 'graphql';
import { expect, test } from 'vitest';

import type { RoleView } from '../../src/artifact/decode.ts';
import type { FieldModel, RootField } from '../../src/artifact/types.ts';
import { introspect } from '../../src/introspection/introspect.ts';
import { roleSchema } from '../../src/introspection/schema.ts';
import {
  argument,
  arrayRelationship,
  column,
  computedField,
  objectRelationship,
  openRole,
  rootFields,
  table,
  typeTable,
} from './model.ts';
import './enum-order.ts';

const TYPES = ['int4', 'int4!', 'text', 'jsonb', 'text[]', 'geometry', 'raster', 'ltree', 'money'];

/** What a table has, before it is known which tables there are. */
const tableShape = fc.record({
  columns: fc.array(fc.constantFrom(...TYPES), { maxLength: 3 }),
  objects: fc.array(fc.nat(3), { maxLength: 2 }),
  arrays: fc.array(fc.nat(3), { maxLength: 2 }),
  scalars: fc.array(fc.record({ type: fc.constantFrom('int4', 'json'), args: fc.array(fc.boolean(), { maxLength: 2 }) }), {
    maxLength: 2,
  }),
  sets: fc.array(fc.record({ table: fc.nat(3), args: fc.array(fc.boolean(), { maxLength: 1 }) }), { maxLength: 2 }),
  allowAggregations: fc.boolean(),
  hasKey: fc.boolean(),
}); // prettier-ignore

type TableShape = typeof tableShape extends fc.Arbitrary<infer Shape> ? Shape : never;

const shapes = fc.array(tableShape, { minLength: 1, maxLength: 4 });

function open(tables: readonly TableShape[], hidden: RootField['kind'] | null): RoleView {
  const types = typeTable();
  const args = (defaults: readonly boolean[]) =>
    defaults.map((d, i) => argument(types, `arg_${i}`, 'text', d));
  const models = tables.map((shape, ref) => {
    const target = (n: number): number => n % tables.length;
    const fields: FieldModel[] = [
      ...shape.columns.map((type, i) => column(types, `c${i}`, type)),
      ...shape.objects.map((n, i) => objectRelationship(`o${i}`, target(n), i === 0)),
      ...shape.arrays.map((n, i) => arrayRelationship(`r${i}`, target(n))),
      ...shape.scalars.map((s, i) =>
        computedField(`s${i}`, { kind: 'scalar', type: types.ref(s.type) }, args(s.args)),
      ),
      ...shape.sets.map((s, i) =>
        computedField(`t${i}`, { kind: 'table', table: target(s.table) }, args(s.args)),
      ),
    ];
    return table(`table_${ref}`, fields, {
      allowAggregations: shape.allowAggregations,
      ...(shape.hasKey && shape.columns.length > 0 ? { primaryKey: ['c0'] } : {}),
    });
  });
  return openRole(
    types,
    models,
    rootFields(models).filter((field) => field.kind !== hidden),
  );
}

const hiddenKind = fc.constantFrom<RootField['kind'] | null>(
  null,
  'select',
  'select_by_pk',
  'select_aggregate',
);

test('the schema is valid', () => {
  fc.assert(
    fc.property(shapes, hiddenKind, (tables, hidden) => {
      expect(validateSchema(roleSchema(open(tables, hidden)))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('each of its types is described as graphql-js describes it', () => {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true });
  const document = parse(query);
  const [operation] = document.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
  const fragments = document.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION);
  fc.assert(
    fc.property(shapes, hiddenKind, (tables, hidden) => {
      const role = open(tables, hidden);
      const answer = introspect(
        role,
        operation?.selectionSet.selections as FieldNode[],
        Object.fromEntries(fragments.map((f) => [f.name.value, f])),
        [],
        {},
      );
      const { data } = executeSync({ schema: roleSchema(role), document });
      expect(typesByName(answer)).toEqual(typesByName(JSON.parse(JSON.stringify(data))));
    }),
    { numRuns: 40 },
  );
});

function typesByName(answer: unknown): unknown[] {
  const { __schema } = answer as { __schema: { types: { name: string }[] } };
  return __schema.types.sort((a, b) => (a.name < b.name ? -1 : 1));
}
