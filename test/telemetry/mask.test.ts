// Members that are masked, and the secrets of commands.

import { describe, expect, it } from 'vitest';

import { holdsNamed, maskCommand, maskNamed } from '../../src/telemetry/mask.ts';
import { ExactNumber } from '../../src/util/exact-number.ts';

describe('masked names', () => {
  it('hide members at any depth, in any case, and nothing else', () => {
    const names = new Set(['password', 'x-hasura-email']);
    const value = { object: { Password: ['a', 'b'], name: 'n' }, rows: [{ PASSWORD: 1 }, null, 'password'] };
    expect(maskNamed(value, names)).toEqual({
      object: { Password: '***', name: 'n' },
      rows: [{ PASSWORD: '***' }, null, 'password'],
    });
  });

  it('hide what nests too deep', () => {
    let value: unknown = 'canary';
    for (let i = 0; i < 50_000; i++) value = [value];
    const masked = JSON.stringify(maskNamed(value, new Set(['x'])));
    expect(masked).toContain('***');
    expect(masked).not.toContain('canary');
    expect(holdsNamed(value, new Set(['x']))).toBe(true);
  });

  it('leave exact numbers as they are', () => {
    const value = { id: new ExactNumber('12345678901234567890') };
    expect(JSON.stringify(maskNamed(value, new Set(['x'])))).toBe('{"id":12345678901234567890}');
  });
});

describe('a command', () => {
  it.each([
    {
      name: 'a connection string',
      command: { configuration: { connection_info: { database_url: 'postgres://a:canary@b/c' } } },
    },
    {
      name: 'connection parameters',
      command: { connection_parameters: { username: 'kept', password: 'canary', host: 'kept' } },
    },
    {
      name: 'a certificate’s key',
      command: { ssl_configuration: { sslkey: 'canary', sslpassword: 'canary' } },
    },
    { name: 'headers', command: { headers: [{ name: 'kept', value: 'canary' }] } },
    { name: 'headers of a transformation', command: { request_headers: { add_headers: { a: 'canary' } } } },
    { name: 'a webhook’s query', command: { webhook: 'https://a.example/b?code=canary' } },
    { name: 'a bulk', command: { type: 'bulk', args: [{ args: { api_token: 'canary' } }] } },
  ])('is logged without $name', ({ command }) => {
    expect(JSON.stringify(maskCommand(command))).not.toContain('canary');
  });

  it('keeps what is no secret', () => {
    const command = {
      type: 'pg_add_source',
      args: {
        name: 'a',
        configuration: { connection_info: { database_url: { from_env: 'PG_URL' } } },
        headers: [{ name: 'authorization', value_from_env: 'TOKEN' }],
        webhook: '{{HOOK}}/path',
        set: { value: 1 },
      },
    };
    expect(maskCommand(command)).toEqual(command);
  });
});
