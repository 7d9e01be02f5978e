// A Postgres type -> the scalar or enum the API shows for it, alone or as a list.

import type { EnumValue, ScalarType } from '../artifact/types.ts';
import { SPECIFIED_SCALARS } from './graphql-types.ts';
import type { TypeRegistry, TypeText } from './types.ts';

/** Defines the scalar of that GraphQL name. */
export function scalar(registry: TypeRegistry, name: string): TypeText {
  return registry.define(
    name,
    'a scalar',
    null,
    () => SPECIFIED_SCALARS.get(name) ?? { kind: 'SCALAR', name, description: null },
  );
}

/** The nullable type of a column or argument: `Int`, `[String!]`. */
export function scalarType(registry: TypeRegistry, type: ScalarType): TypeText {
  const name = type.enumValues
    ? enumType(registry, type.graphql, type.enumValues)
    : scalar(registry, type.graphql);
  return type.array ? `[${name}!]` : name;
}

function enumType(registry: TypeRegistry, name: string, values: readonly EnumValue[]): TypeText {
  return registry.define(name, 'the enum of an enum table', null, () => ({
    kind: 'ENUM',
    name,
    description: null,
    values: values.map((value) => ({ name: value.name, description: value.description })),
  }));
}

/** True for json and jsonb, whose fields take a `path`. */
export function isJsonType(type: ScalarType): boolean {
  return !type.array && type.kind === 'base' && (type.pg.name === 'json' || type.pg.name === 'jsonb');
}
