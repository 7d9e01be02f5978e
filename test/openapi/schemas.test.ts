// Types of a schema -> JSON schemas, where no database has the types at hand.

import { describe, expect, it } from 'vitest';

import type { TypeDef } from '../../src/introspection/types.ts';
import { createSchemas } from '../../src/openapi/schemas.ts';

const scalars = {
  get: (name: string): TypeDef => ({ kind: 'SCALAR', name, description: null }),
};

describe('a scalar', () => {
  it.each([
    // the schema of a component, of a text in a URL
    ['geometry', { type: 'object' }, { type: 'string' }],
    ['json', {}, { type: 'string' }],
    ['my_own', {}, { type: 'string' }],
    ['smallint', { type: 'integer' }, { type: 'integer' }],
    ['interval', { type: 'string' }, { type: 'string' }],
  ])('%s', (name, component, inUrl) => {
    const schemas = createSchemas(scalars, false);
    expect(schemas.of(`[${name}!]`)).toEqual({
      type: 'array',
      nullable: true,
      items: { $ref: `#/components/schemas/${name}!` },
    });
    expect(schemas.components()).toEqual({ [`${name}!`]: { title: name, nullable: false, ...component } });
    expect(schemas.ofText(name)).toEqual(inUrl);
    expect(schemas.ofText(`[${name}]`)).toBeUndefined();
  });
});

it('a chain of types without end gives as many components as a document may have', () => {
  const schemas = createSchemas(
    {
      get: (name) => ({
        kind: 'INPUT_OBJECT',
        name,
        description: null,
        inputFields: [{ name: 'next', description: null, type: `${name}0`, defaultValue: null }],
      }),
    },
    false,
  );
  schemas.of('t');
  const components = Object.values(schemas.components());
  expect(components).toHaveLength(5_000);
  const last = { title: `t${'0'.repeat(5_000)}`, nullable: true };
  expect(
    components.filter((schema) => 'properties' in schema && !('$ref' in (schema.properties?.['next'] ?? {}))),
  ).toEqual([expect.objectContaining({ properties: { next: last } })]);
});
