// The page at /console: GraphiQL on this server's own /v1/graphql.

import './monaco-workers.ts';
import 'graphiql/style.css';
import './page.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const WELCOME = `# Say who asks under "Headers", below:
#   {"x-hasura-admin-secret": "…"}
#   {"authorization": "Bearer …"}
# An administrator may act as a user:
#   {"x-hasura-role": "user",
#    "x-hasura-user-id": "…"}

{
  __typename
}
`;

const place = document.getElementById('console');
if (!place) throw new Error('index.html has an element with the id "console"');

createRoot(place).render(
  createElement(
    StrictMode,
    null,
    createElement(GraphiQL, {
      fetcher: createGraphiQLFetcher({ url: new URL('/v1/graphql', location.origin).href }),
      defaultQuery: WELCOME,
      defaultHeaders: '{}',
      initialHeaders: '{}',
      defaultEditorToolsVisibility: 'headers',
    }),
  ),
);
