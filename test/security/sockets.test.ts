// Pages of other sites that open a socket, for which browsers ask nobody and send the visitor's cookies along.

import { expect, it } from 'vitest';

import { ADMIN_SECRET, service } from '../http/service.ts';

const NAMED = 'https://app.example.com';
const { fetch } = service({
  env: {
    HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
    HASURA_GRAPHQL_CORS_DOMAIN: `${NAMED},https://*.shop.example`,
  },
});

/** The status: this service has no object that could hold a socket, and says so to whom it would give one. */
async function open(path: string, headers: Record<string, string>): Promise<number> {
  const sent = { upgrade: 'websocket', 'sec-websocket-protocol': 'graphql-transport-ws', cookie: 'token=a' };
  const { status, webSocket } = (await fetch(path, { headers: { ...sent, ...headers } })) as Response & {
    webSocket?: unknown;
  };
  expect(webSocket).toBeFalsy();
  return status;
}

const DOORS = ['/v1/graphql', '/v1alpha1/graphql', '/v1beta1/relay'];

it.each([
  'null',
  'https://evil.example',
  'https://app.example.com.evil.example',
  'https://evil-app.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://a.b.shop.example',
  'https://shop.example',
  'https://app.example.com@evil.example',
  'http://hedge.test.evil.example',
  '',
])('none is opened for a page of %j where others are named', async (origin) => {
  for (const path of DOORS) expect(await open(path, { origin })).toBe(403);
});

it.each([NAMED, 'https://a.shop.example', 'http://hedge.test'])('pages of %s may come', async (origin) => {
  for (const path of DOORS) expect(await open(path, { origin })).toBe(500);
});
