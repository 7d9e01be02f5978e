// graphql-js's own types (`__Schema`, `Int`, `@skip`, …) -> the light data the rest of the schema is made of.

import type { GraphQLArgument, GraphQLInputField, GraphQLNamedType } from 'graphql';
import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  introspectionTypes,
  isEnumType,
  isObjectType,
  print,
  specifiedScalarTypes,
} from 'graphql';

import { assert } from '../util/assert.ts';
import type { InputValueDef, TypeDef } from './types.ts';

/** The scalars every GraphQL implementation has, by name. */
export const SPECIFIED_SCALARS: ReadonlyMap<string, TypeDef> = new Map(
  specifiedScalarTypes.map((t) => [t.name, typeDefOf(t)]),
);

/** `__Schema`, `__Type`, … */
export const INTROSPECTION_TYPES: readonly TypeDef[] = introspectionTypes.map(typeDefOf);

export interface DirectiveDef {
  readonly name: string;
  readonly description: string | null;
  readonly isRepeatable: boolean;
  readonly locations: readonly string[];
  readonly args: readonly InputValueDef[];
}

/** On every Hasura schema, so that clients' documents validate; the answer need not come from a cache. */
const CACHED: DirectiveDef = {
  name: 'cached',
  description: 'whether this query should be cached (Hasura Cloud only)',
  isRepeatable: false,
  locations: ['QUERY'],
  args: [
    { name: 'refresh', description: 'refresh the cache entry', type: 'Boolean!', defaultValue: 'false' },
    { name: 'ttl', description: 'measured in seconds', type: 'Int!', defaultValue: '60' },
  ],
};

/** The directives a query may use, by name. */
export const DIRECTIVES: readonly DirectiveDef[] = [
  CACHED,
  ...[GraphQLIncludeDirective, GraphQLSkipDirective].map((d) => ({
    name: d.name,
    description: d.description ?? null,
    isRepeatable: d.isRepeatable,
    locations: d.locations,
    args: d.args.map(inputValueOf),
  })),
];

function typeDefOf(type: GraphQLNamedType): TypeDef {
  const { name } = type;
  const description = type.description ?? null;
  if (isObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) => ({
      name: field.name,
      description: field.description ?? null,
      args: field.args.map(inputValueOf),
      type: String(field.type),
    }));
    return { kind: 'OBJECT', name, description, fields };
  }
  if (isEnumType(type)) {
    const values = type.getValues().map((v) => ({ name: v.name, description: v.description ?? null }));
    // Hasura lists the values of every enum by name.
    return { kind: 'ENUM', name, description, values: values.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }
  return { kind: 'SCALAR', name, description };
}

function inputValueOf(input: GraphQLArgument | GraphQLInputField): InputValueDef {
  const literal = input.default?.literal;
  assert(
    literal || !input.default || typeof input.default.value === 'boolean',
    'defaults here are literals or booleans',
  );
  return {
    name: input.name,
    description: input.description ?? null,
    type: String(input.type),
    defaultValue: literal ? print(literal) : input.default ? String(input.default.value) : null,
  };
}
