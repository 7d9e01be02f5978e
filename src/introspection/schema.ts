// A role's SDL -> graphql-js's schema object, for tools that want one. Serving needs none: see introspection.ts.

import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'graphql';

import type { RoleView } from '../artifact/decode.ts';
import { printRoleSchema } from './print.ts';

/**
 * The role's schema, validated.
 * @throws HedgeError `unexpected` when two things claim one type name.
 */
export function roleSchema(role: RoleView): GraphQLSchema {
  return buildSchema(printRoleSchema(role));
}
