// The query-log says which answers were kept ones.

import { expect, it } from 'vitest';

import { service } from '../http/service.ts';

it('names the cache as what answered', async () => {
  const { graphql, logged } = service({ env: { HASURA_GRAPHQL_ENABLED_LOG_TYPES: 'query-log' } });
  const query = 'query logged @cached { __typename }';
  await graphql({ query });
  await graphql({ query });
  expect(logged.map(({ type, detail }) => [type, (detail as { kind: string }).kind])).toEqual([
    ['query-log', 'introspection'],
    ['query-log', 'cached'],
  ]);
});
