// Every request -> one constant, through Hono: the least a worker can be, for measuring what a cold start adds.

import { Hono } from 'hono';

const app = new Hono();
app.post(
  '/v1/graphql',
  () => new Response('{"data":{}}', { headers: { 'content-type': 'application/json' } }),
);

export default app;
