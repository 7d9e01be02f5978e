// A service without an admin secret, as on a developer's machine: web pages that the developer visits must not run SQL.

import { expect, it } from 'vitest';

import { ADMIN_SECRET, service } from '../http/service.ts';

const EXPORT = JSON.stringify({ type: 'export_metadata', args: {} });
const send = async (
  path: string,
  headers: Record<string, string>,
  env: Record<string, unknown> = {},
): Promise<Response> =>
  service({ env }).fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: EXPORT,
  });

it.each(['/v1/metadata', '/v2/query', '/v1/query'])('%s is closed to pages of other sites', async (path) => {
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://127.0.0.1.nip.io',
  ]) {
    const response = await send(path, { origin });
    expect([origin, response.status]).toEqual([origin, 403]);
    expect(await response.json()).toMatchObject({ code: 'access-denied' });
  }
});

it('is closed to a page whose own name was made to lead here', async () => {
  const response = await send('/v2/query', { origin: 'http://hedge.test', 'sec-fetch-site': 'same-origin' });
  expect(response.status).toBe(403);
});

it.each([
  {},
  { origin: 'http://localhost:9695' },
  { origin: 'http://127.0.0.1:3000' },
  { origin: 'http://[::1]' },
])('is open to programs and to pages of the machine: %o', async (headers) => {
  expect((await send('/v1/metadata', headers as Record<string, string>)).status).toBe(200);
});

it('is open to an origin that the configuration names', async () => {
  const env = { HASURA_GRAPHQL_CORS_DOMAIN: 'https://*.example.com' };
  expect((await send('/v1/metadata', { origin: 'https://console.example.com' }, env)).status).toBe(200);
  expect((await send('/v1/metadata', { origin: 'https://evil.example' }, env)).status).toBe(403);
});

it('asks for the secret where there is one, wherever the page is from', async () => {
  const env = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };
  const origin = 'https://console.example.com';
  expect((await send('/v1/metadata', { origin }, env)).status).toBe(401);
  expect((await send('/v1/metadata', { origin, 'x-hasura-admin-secret': ADMIN_SECRET }, env)).status).toBe(
    200,
  );
});
