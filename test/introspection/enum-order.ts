// graphql-js answers the values of its own enums in the order they are declared, Hedge by name, as Hasura: importing
// this file sorts them in graphql-js, so that answers can be compared as they are.

import type { GraphQLEnumValue } from 'graphql';
import { introspectionTypes, isEnumType } from 'graphql';

for (const type of introspectionTypes) {
  // `getValues` gives the list it keeps.
  if (isEnumType(type)) (type.getValues() as GraphQLEnumValue[]).sort((a, b) => (a.name < b.name ? -1 : 1));
}
