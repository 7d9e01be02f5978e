// The args of the commands about query collections, the allow list, REST endpoints and inherited roles.

import { parse as parseGraphql } from 'graphql/language';

import type {
  AllowlistEntry,
  CollectedQuery,
  InheritedRoleMetadata,
  QueryCollectionMetadata,
  RestEndpointMetadata,
} from '../../metadata/section-types.ts';
import {
  bool,
  failParse,
  list,
  nonEmptyList,
  nonEmptyText,
  object,
  oneOf,
  type Parser,
  record,
  text,
} from './parse.ts';

/** A GraphQL document of operations and fragments, kept as it is written. */
const query: Parser<string> = (value, path) => {
  if (typeof value !== 'string') return failParse('expecting String for GraphQL query', path);
  const document = value;
  let kinds: readonly string[];
  try {
    kinds = parseGraphql(document, { noLocation: true }).definitions.map(({ kind }) => kind);
  } catch {
    return failParse('parsing the graphql query failed', path);
  }
  const isExecutable = kinds.every((kind) => kind === 'OperationDefinition' || kind === 'FragmentDefinition');
  return isExecutable ? document : failParse('parsing the graphql query failed', path);
};

const collectedQuery: Parser<CollectedQuery> = record(
  'Hasura.RQL.Types.QueryCollection.ListedQuery(ListedQuery)',
  (fields) => ({
    name: fields.required('name', nonEmptyText),
    query: fields.required('query', query),
  }),
);

export const createQueryCollectionArgs: Parser<QueryCollectionMetadata> = record(
  'Hasura.RQL.Types.QueryCollection.CreateCollection(CreateCollection)',
  (fields) => {
    const name = fields.required('name', nonEmptyText);
    const definition = fields.required(
      'definition',
      record('Hasura.RQL.Types.QueryCollection.CollectionDef(CollectionDef)', (part) => ({
        queries: part.required('queries', list(collectedQuery)),
      })),
    );
    const comment = fields.optional('comment', text);
    return { name, definition, ...(comment === undefined ? {} : { comment }) };
  },
);

export const renameQueryCollectionArgs = record(
  'Hasura.RQL.Types.QueryCollection.RenameCollection(RenameCollection)',
  (fields) => ({
    name: fields.required('name', nonEmptyText),
    newName: fields.required('new_name', nonEmptyText),
  }),
);

export const dropQueryCollectionArgs = record(
  'Hasura.RQL.Types.QueryCollection.DropCollection(DropCollection)',
  (fields) => ({
    collection: fields.required('collection', nonEmptyText),
    cascade: fields.required('cascade', bool),
  }),
);

export const addQueryToCollectionArgs = record(
  'Hasura.RQL.Types.QueryCollection.AddQueryToCollection(AddQueryToCollection)',
  (fields) => ({
    collection: fields.required('collection_name', nonEmptyText),
    query: {
      name: fields.required('query_name', nonEmptyText),
      query: fields.required('query', query),
    },
  }),
);

export const dropQueryFromCollectionArgs = record(
  'Hasura.RQL.Types.QueryCollection.DropQueryFromCollection(DropQueryFromCollection)',
  (fields) => ({
    collection: fields.required('collection_name', nonEmptyText),
    query: fields.required('query_name', nonEmptyText),
  }),
);

type Scope = NonNullable<AllowlistEntry['scope']>;

const scope: Parser<Scope> = object('AllowlistScope', (fields) => {
  if (fields.required('global', bool)) {
    const roles = fields.optional('roles', nonEmptyList(nonEmptyText));
    return roles === undefined
      ? { global: true }
      : failParse('roles are not allowed when global is true', fields.path);
  }
  const roles = fields.required('roles', nonEmptyList(nonEmptyText));
  return new Set(roles).size === roles.length
    ? { global: false, roles }
    : failParse('duplicate roles are not allowed', fields.path);
});

/** `{"collection", "scope"}`, for every role unless told. */
export const addCollectionToAllowlistArgs = object('AllowlistEntry', (fields) => ({
  collection: fields.required('collection', nonEmptyText),
  scope: fields.optional('scope', scope) ?? { global: true },
}));

export const updateScopeArgs = object('UpdateScopeOfCollectionInAllowlist', (fields) => {
  const collection = fields.required('collection', nonEmptyText);
  return { collection, scope: fields.required('scope', scope) };
});

export const dropCollectionFromAllowlistArgs = record(
  'Hasura.RQL.Types.Allowlist.DropCollectionFromAllowlist(DropCollectionFromAllowlist)',
  (fields) => ({
    collection: fields.required('collection', nonEmptyText),
  }),
);

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const createRestEndpointArgs: Parser<RestEndpointMetadata> = object('CreateEndpoint', (fields) => {
  const name = fields.required('name', nonEmptyText);
  const url = fields.required('url', nonEmptyText);
  const methods = fields.required(
    'methods',
    nonEmptyList(oneOf(METHODS, 'Expected methods to be one of GET, POST, PUT, PATCH, DELETE')),
  );
  const definition = fields.required(
    'definition',
    object('EndpointDef', (part) => ({
      query: part.required(
        'query',
        object('QueryReference', (reference) => ({
          collection_name: reference.required('collection_name', nonEmptyText),
          query_name: reference.required('query_name', nonEmptyText),
        })),
      ),
    })),
  );
  const comment = fields.optional('comment', text);
  return {
    name,
    url,
    methods: METHODS.filter((method) => methods.includes(method)),
    definition,
    ...(comment === undefined ? {} : { comment }),
  };
});

export const dropRestEndpointArgs = object('DropEndpoint', (fields) => ({
  name: fields.required('name', nonEmptyText),
}));

export const addInheritedRoleArgs: Parser<InheritedRoleMetadata> = object('Role', (fields) => ({
  role_name: fields.required('role_name', nonEmptyText),
  role_set: [...new Set(fields.required('role_set', list(nonEmptyText)))],
}));

export const dropInheritedRoleArgs = object('DropInheritedRole', (fields) => ({
  role: fields.required('role_name', nonEmptyText),
}));
