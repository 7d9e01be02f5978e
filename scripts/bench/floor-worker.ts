// A request of the benchmark -> its answer by hand-written SQL: what somebody could reach who writes one worker for
// exactly these queries. HTTP stack, driver and the form of the answer are the engine's own.

import introspection from 'hedge-artifact';
import { Hono } from 'hono';

import { neonDatabase } from '../../src/execute/neon.ts';
import type { Database } from '../../src/execute/types.ts';
import { must } from '../../src/util/assert.ts';
import { CLASSES, type HandWritten, parameterText } from './classes.ts';
import { WRITE_CLASSES } from './writes.ts';

interface Environment {
  readonly HASURA_GRAPHQL_DATABASE_URL: string;
  readonly NEON_ENDPOINT: string;
}

interface Body {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const TYPENAME = '{"data":{"__typename":"query_root"}}';

const handWritten = new Map<string, HandWritten>();
for (const { query, floor } of [...CLASSES, ...WRITE_CLASSES]) if (floor) handWritten.set(query, floor);

let database: Database | undefined;

const app = new Hono<{ Bindings: Environment }>();
/** What `{ __typename }` is put beside: the request is read, as it must be to know that it asks this, and no more. */
app.post('/constant', async (c) => {
  await c.req.json();
  return new Response(TYPENAME, { headers: JSON_HEADERS });
});
/** What introspection is put beside: the engine's own answer, kept as text. */
app.post('/introspection', async (c) => {
  await c.req.json();
  return new Response(introspection, { headers: JSON_HEADERS });
});
app.post('/v1/graphql', async (c) => {
  const { query, variables = {} } = await c.req.json<Body>();
  const { sql, parameters } = must(handWritten.get(query), 'the floor knows every query it is asked');
  const user = c.req.header('x-hasura-user-id') ?? '';
  const values = parameters.map((name) => (name === 'user' ? user : parameterText(variables[name])));
  database ??= neonDatabase({
    connectionString: c.env.HASURA_GRAPHQL_DATABASE_URL,
    endpoint: c.env.NEON_ENDPOINT,
  });
  const data = await database.queryText(sql, values);
  return new Response(`{"data":${data}}`, { headers: JSON_HEADERS });
});

export default app;
