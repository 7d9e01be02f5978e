// A public key -> a PEM certificate that holds it. Its signature is zeros: whoever takes a key from a configured
// certificate does not verify it.

import type { KeyObject } from 'node:crypto';

function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(contents);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...contents: Uint8Array[]): Uint8Array => der(0x30, ...contents);
const SHA256_WITH_RSA = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05));
const ANY_TIME = sequence(der(0x17, Buffer.from('250101000000Z')), der(0x17, Buffer.from('450101000000Z')));

/** A version 3 certificate with empty names (RFC 5280 4.1). */
export function certificateOf(key: KeyObject): string {
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([1]));
  const spki = key.export({ type: 'spki', format: 'der' });
  const certificate = sequence(
    sequence(version, serial, SHA256_WITH_RSA, sequence(), ANY_TIME, sequence(), spki),
    SHA256_WITH_RSA,
    der(0x03, Buffer.alloc(257)),
  );
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
