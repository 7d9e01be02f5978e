// Names of database objects -> names in GraphQL and in messages, by Hasura's rules.

import type { QualifiedName } from '../../catalog/types.ts';

/** Whether GraphQL allows `name` for a type, field or argument; names that begin with `__` belong to introspection. */
export function isGraphQLName(name: string): boolean {
  return /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(name);
}

/** `name` of an object in schema public, `schema_name` of others. */
export function defaultGraphQLName({ schema, name }: QualifiedName): string {
  return schema === 'public' ? name : `${schema}_${name}`;
}

/** A database object in a message: `users`, `sales.orders`; what is in no schema by its name alone. */
export function label({ schema, name }: QualifiedName): string {
  return schema === 'public' || schema === '' ? name : `${schema}.${name}`;
}

/** The same in double quotes. */
export function quotedLabel(name: QualifiedName): string {
  return `"${label(name)}"`;
}

/** A key for maps of database objects. */
export function nameKey({ schema, name }: QualifiedName): string {
  return JSON.stringify([schema, name]);
}

/** Order by UTF-16 units: the same on every machine. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Hasura's reason for a name that cannot be in the schema. */
export function invalidNameReason(name: string): string {
  return `cannot include "${name}" in the GraphQL schema because it is not a valid GraphQL identifier`;
}
