// Query collections, the allow list, REST endpoints and inherited roles.

import { about, BLOG, changed, NONE_NEW, testCommands } from './cases.ts';

const collections = BLOG.query_collections ?? [];
const [first, second] = collections;
const query = 'query { article { id } }';
const listed = { collection_name: 'second', query_name: 'articles', query };
const QUERY_COLLECTION = 'parsing Hasura.RQL.Types.QueryCollection.';

testCommands('query collections', [
  {
    name: 'creates one',
    command: 'create_query_collection',
    args: { name: 'third', comment: 'mine', definition: { queries: [{ name: 'articles', query }] } },
    gives: {
      changes: {
        query_collections: [
          ...collections,
          { name: 'third', comment: 'mine', definition: { queries: [{ name: 'articles', query }] } },
        ],
      },
      consistency: NONE_NEW,
    },
  },
  {
    name: 'refuses a name that is taken',
    command: 'create_query_collection',
    args: { name: 'first', definition: { queries: [] } },
    gives: {
      code: 'already-exists',
      message: 'query collection with name "first" already exists',
      path: '$.args.name',
    },
  },
  {
    name: 'refuses two queries of one name',
    command: 'create_query_collection',
    args: {
      name: 'third',
      definition: {
        queries: [
          { name: 'articles', query },
          { name: 'articles', query },
        ],
      },
    },
    gives: {
      code: 'not-supported',
      message: 'found duplicate query names "articles"',
      path: '$.args.definition.queries',
    },
  },
  {
    name: 'wants a name with something in it',
    command: 'create_query_collection',
    endpoint: 'v1/query',
    args: { name: '', definition: { queries: [] } },
    gives: { code: 'parse-failed', message: 'empty string not allowed', path: '$.name' },
  },
  ...['query {', 'type A { b: Int }', ''].map((wrong) => ({
    name: `wants queries, not ${JSON.stringify(wrong)}`,
    command: 'create_query_collection',
    args: { name: 'third', definition: { queries: [{ name: 'wrong', query: wrong }] } },
    gives: {
      code: 'parse-failed',
      message: 'parsing the graphql query failed',
      path: '$.args.definition.queries[0].query',
    },
  })),
  {
    name: 'wants a definition',
    command: 'create_query_collection',
    args: { name: 'third' },
    gives: {
      code: 'parse-failed',
      message: `${QUERY_COLLECTION}CreateCollection(CreateCollection) failed, key "definition" not found`,
    },
  },
  {
    name: 'is renamed',
    command: 'rename_query_collection',
    args: { name: 'second', new_name: 'third' },
    gives: { changes: { 'query_collections.1.name': 'third' } },
  },
  {
    name: 'is not renamed to another one',
    command: 'rename_query_collection',
    args: { name: 'second', new_name: 'first' },
    gives: {
      code: 'already-exists',
      message: 'query collection with name "first" already exists',
      path: '$.args.new_name',
    },
  },
  {
    name: 'must be there to be renamed',
    command: 'rename_query_collection',
    args: { name: 'third', new_name: 'fourth' },
    gives: { code: 'not-exists', message: 'query collection with name "third" does not exist' },
  },
  {
    name: 'is not renamed to nothing',
    command: 'rename_query_collection',
    args: { name: 'second' },
    gives: {
      code: 'parse-failed',
      message: `${QUERY_COLLECTION}RenameCollection(RenameCollection) failed, key "new_name" not found`,
    },
  },
  {
    name: 'is dropped',
    command: 'drop_query_collection',
    args: { collection: 'second', cascade: false },
    gives: { changes: { query_collections: [first] } },
  },
  {
    name: 'is not dropped while it is allowed',
    command: 'drop_query_collection',
    args: { collection: 'first', cascade: false },
    gives: {
      code: 'dependency-error',
      message:
        'query collection with name "first" is present in the allowlist; cannot proceed to drop. please use cascade to confirm you wish to drop it from the allowlist as well',
      path: '$.args.collection',
    },
  },
  {
    name: 'is dropped and allowed no more',
    command: 'drop_query_collection',
    args: { collection: 'first', cascade: true },
    gives: { changes: { query_collections: [second], allowlist: undefined } },
  },
  {
    name: 'must be there to be dropped',
    command: 'drop_query_collection',
    args: { collection: 'third', cascade: true },
    gives: {
      code: 'not-exists',
      message: 'query collection with name "third" does not exist',
      path: '$.args.collection',
    },
  },
  {
    name: 'is not dropped without a word about cascading',
    command: 'drop_query_collection',
    args: { collection: 'second' },
    gives: {
      code: 'parse-failed',
      message: `${QUERY_COLLECTION}DropCollection(DropCollection) failed, key "cascade" not found`,
    },
  },
  {
    name: 'gets a query',
    command: 'add_query_to_collection',
    args: listed,
    gives: { changes: { 'query_collections.1.definition.queries': [{ name: 'articles', query }] } },
  },
  {
    name: 'does not get a query twice',
    command: 'add_query_to_collection',
    args: { ...listed, collection_name: 'first', query_name: 'authors' },
    gives: {
      code: 'already-exists',
      message: 'query with name "authors" already exists in collection "first"',
    },
  },
  {
    name: 'must be there to get a query',
    command: 'add_query_to_collection',
    args: { ...listed, collection_name: 'third' },
    gives: { code: 'not-exists', message: 'query collection with name "third" does not exist' },
  },
  {
    name: 'gets queries as text only',
    command: 'add_query_to_collection',
    args: { ...listed, query: { a: 1 } },
    gives: { code: 'parse-failed', message: 'expecting String for GraphQL query', path: '$.args.query' },
  },
  {
    name: 'loses a query',
    command: 'drop_query_from_collection',
    args: { collection_name: 'first', query_name: 'authors' },
    gives: { changes: { 'query_collections.0.definition.queries': [] }, consistency: NONE_NEW },
  },
  {
    name: 'does not lose a query it does not have',
    command: 'drop_query_from_collection',
    args: { collection_name: 'first', query_name: 'articles' },
    gives: { code: 'not-found', message: 'query with name "articles" not found in collection "first"' },
  },
  {
    name: 'is named to lose a query',
    command: 'drop_query_from_collection',
    args: { query_name: 'articles' },
    gives: {
      code: 'parse-failed',
      message: `${QUERY_COLLECTION}DropQueryFromCollection(DropQueryFromCollection) failed, key "collection_name" not found`,
    },
  },
]);

testCommands('the allow list', [
  {
    name: 'takes a collection for every role',
    command: 'add_collection_to_allowlist',
    args: { collection: 'second' },
    gives: {
      changes: { allowlist: [...(BLOG.allowlist ?? []), { collection: 'second', scope: { global: true } }] },
    },
  },
  {
    name: 'takes a collection for some roles',
    command: 'add_collection_to_allowlist',
    args: { collection: 'second', scope: { global: false, roles: ['user', 'editor'] } },
    gives: {
      changes: {
        'allowlist.1': { collection: 'second', scope: { global: false, roles: ['user', 'editor'] } },
      },
    },
  },
  {
    name: 'keeps the scope of a collection it has, and says so',
    command: 'add_collection_to_allowlist',
    args: { collection: 'first', scope: { global: false, roles: ['user'] } },
    gives: {
      changes: {},
      answer: {
        message:
          'collection "first" already exists in the allowlist, scope ignored; to change scope, use update_scope_of_collection_in_allowlist',
      },
    },
  },
  {
    name: 'takes no collection that is not there',
    command: 'add_collection_to_allowlist',
    args: { collection: 'third' },
    gives: {
      code: 'not-exists',
      message: 'query collection with name "third" does not exist',
      path: '$.args.collection',
    },
  },
  ...(
    [
      [{}, 'key "global" not found', '$.args.scope'],
      [{ global: false }, 'key "roles" not found', '$.args.scope'],
      [{ global: false, roles: [] }, 'parsing NonEmpty failed, unexpected empty list', '$.args.scope.roles'],
      [{ global: false, roles: ['a', 'a'] }, 'duplicate roles are not allowed', '$.args.scope'],
      [{ global: true, roles: ['a'] }, 'roles are not allowed when global is true', '$.args.scope'],
    ] as const
  ).map(([scope, message, path]) => ({
    name: `refuses the scope ${JSON.stringify(scope)}`,
    command: 'add_collection_to_allowlist',
    args: { collection: 'first', scope },
    gives: { code: 'parse-failed', message, path },
  })),
  {
    name: 'changes a scope',
    command: 'update_scope_of_collection_in_allowlist',
    args: { collection: 'first', scope: { global: false, roles: ['user'] } },
    gives: { changes: { 'allowlist.0.scope': { global: false, roles: ['user'] } } },
  },
  {
    name: 'changes no scope of a collection it does not have',
    command: 'update_scope_of_collection_in_allowlist',
    args: { collection: 'second', scope: { global: true } },
    gives: { code: 'not-found', message: `collection "second" doesn't exist in the allowlist` },
  },
  {
    name: 'wants the new scope',
    command: 'update_scope_of_collection_in_allowlist',
    args: { collection: 'first' },
    gives: { code: 'parse-failed', message: 'key "scope" not found' },
  },
  {
    name: 'loses a collection, which stays',
    command: 'drop_collection_from_allowlist',
    args: { collection: 'first' },
    gives: { changes: { allowlist: undefined } },
  },
  {
    name: 'loses no collection it does not have',
    command: 'drop_collection_from_allowlist',
    args: { collection: 'second' },
    gives: { code: 'not-found', message: `collection "second" doesn't exist in the allowlist` },
  },
  {
    name: 'is told which to lose',
    command: 'drop_collection_from_allowlist',
    args: {},
    gives: {
      code: 'parse-failed',
      message:
        'parsing Hasura.RQL.Types.Allowlist.DropCollectionFromAllowlist(DropCollectionFromAllowlist) failed, key "collection" not found',
    },
  },
]);

const endpoint = {
  name: 'mine',
  url: 'mine/:id',
  methods: ['GET', 'POST'],
  definition: { query: { collection_name: 'first', query_name: 'authors' } },
};

testCommands('REST endpoints', [
  {
    name: 'creates one',
    command: 'create_rest_endpoint',
    args: { ...endpoint, methods: ['POST', 'GET', 'POST'], comment: 'by id' },
    gives: {
      changes: { rest_endpoints: [...(BLOG.rest_endpoints ?? []), { ...endpoint, comment: 'by id' }] },
      consistency: about('rest_endpoint', 'rest_endpoint mine'),
    },
  },
  {
    name: 'refuses a name that is taken',
    command: 'create_rest_endpoint',
    args: { ...endpoint, name: 'authors' },
    gives: { code: 'already-exists', message: 'Endpoint with name: authors already exists' },
  },
  {
    name: 'wants a path',
    command: 'create_rest_endpoint',
    endpoint: 'v1/query',
    args: { ...endpoint, url: '' },
    gives: { code: 'parse-failed', message: 'empty string not allowed', path: '$.url' },
  },
  {
    name: 'wants methods of HTTP',
    command: 'create_rest_endpoint',
    args: { ...endpoint, methods: ['GET', 'TRACE'] },
    gives: { code: 'parse-failed', message: /GET, POST, PUT, PATCH, DELETE/, path: '$.args.methods[1]' },
  },
  {
    name: 'wants a query',
    command: 'create_rest_endpoint',
    args: { ...endpoint, definition: { query: { collection_name: 'first' } } },
    gives: {
      code: 'parse-failed',
      message: 'key "query_name" not found',
      path: '$.args.definition.query',
    },
  },
  {
    name: 'drops one',
    command: 'drop_rest_endpoint',
    args: { name: 'authors' },
    gives: { changes: { rest_endpoints: undefined }, consistency: NONE_NEW },
  },
  {
    name: 'drops none that is not there',
    command: 'drop_rest_endpoint',
    args: { name: 'mine' },
    gives: { code: 'not-exists', message: 'endpoint with name: mine does not exist' },
  },
  {
    name: 'is told which to drop',
    command: 'drop_rest_endpoint',
    args: { name: null },
    gives: {
      code: 'parse-failed',
      message: 'parsing Text failed, expected String, but encountered Null',
      path: '$.args.name',
    },
  },
]);

testCommands('inherited roles', [
  {
    name: 'adds one',
    command: 'add_inherited_role',
    args: { role_name: 'all', role_set: ['user', 'both', 'user'] },
    gives: {
      changes: { 'inherited_roles.1': { role_name: 'all', role_set: ['user', 'both'] } },
      consistency: about('inherited_role', 'inherited_role inherited role all'),
    },
  },
  {
    name: 'gives one other parents',
    command: 'add_inherited_role',
    args: { role_name: 'both', role_set: ['user'] },
    gives: { changes: { 'inherited_roles.0.role_set': ['user'] } },
  },
  {
    name: 'is not its own parent',
    command: 'add_inherited_role',
    args: { role_name: 'all', role_set: ['user', 'all'] },
    gives: {
      code: 'invalid-params',
      message: 'an inherited role name cannot be in the role combination',
    },
  },
  {
    name: 'wants parents',
    command: 'add_inherited_role',
    args: { role_name: 'all' },
    gives: { code: 'parse-failed', message: 'key "role_set" not found' },
  },
  {
    name: 'drops one',
    command: 'drop_inherited_role',
    args: { role_name: 'both' },
    gives: { changes: { inherited_roles: undefined } },
  },
  {
    name: 'drops none that is not there',
    command: 'drop_inherited_role',
    given: changed(BLOG, { inherited_roles: undefined }),
    args: { role_name: 'both' },
    gives: { code: 'not-exists', message: `"both" inherited role doesn't exist` },
  },
  {
    name: 'is told which to drop',
    command: 'drop_inherited_role',
    args: { role: 'both' },
    gives: { code: 'parse-failed', message: 'key "role_name" not found' },
  },
]);
