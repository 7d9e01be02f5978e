// Signatures of calls, as receivers check them.

import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';

import { signerOf } from '../../../src/events/delivery/signature.ts';

const SECRET = `whsec_${btoa('a secret of twenty-four b')}`;
const OTHER = `whsec_${btoa('another secret of so many')}`;
const SIGNED = { id: 'b4917b5d', timestamp: Math.floor(Date.now() / 1000), body: '{"name":"Žofie"}' };

async function signed(
  secrets: readonly string[],
  changes: Partial<typeof SIGNED> = {},
): Promise<Record<string, string>> {
  const headers = new Headers();
  await (
    await signerOf(secrets)
  )(headers, { ...SIGNED, ...changes });
  return Object.fromEntries(headers);
}

describe('a signed call', () => {
  it('is verified by the library of the specification', async () => {
    expect(new Webhook(SECRET).verify(SIGNED.body, await signed([SECRET]))).toEqual({ name: 'Žofie' });
  });

  it('is verified by the old secret and the new one while one replaces the other', async () => {
    const headers = await signed([SECRET, OTHER]);
    for (const secret of [SECRET, OTHER]) new Webhook(secret).verify(SIGNED.body, headers);
  });

  it('is refused with another body, secret, id or time', async () => {
    const headers = await signed([SECRET]);
    expect(() => new Webhook(SECRET).verify('{}', headers)).toThrow();
    expect(() => new Webhook(OTHER).verify(SIGNED.body, headers)).toThrow();
    expect(() => new Webhook(SECRET).verify(SIGNED.body, { ...headers, 'webhook-id': 'x' })).toThrow();
    const old = await signed([SECRET], { timestamp: SIGNED.timestamp - 600 });
    expect(() => new Webhook(SECRET).verify(SIGNED.body, old)).toThrow();
  });

  it.each(['', 'plain', 'whsec_', 'whsec_!!!!', `whsec_${btoa('short')}`, `whsec_${btoa('x'.repeat(65))}`])(
    'has no secret like «%s», and does not show it',
    async (secret) => {
      await expect(signerOf([secret])).rejects.toThrow(
        /^a secret that webhooks are signed with has to be whsec_/,
      );
    },
  );
});
