// What the metadata says of databases, webhooks and other services -> secrets in files and addresses without encryption.

import type { DocumentPath } from '../../src/metadata/problem.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import type { MetadataFinding } from './permissions.ts';

/** Keys whose text is an address that is called. */
const ADDRESSES = new Set(['webhook', 'handler', 'url', 'on_exhausted']);
const SECRET_HEADER = /authorization|secret|token|api-?key|password|cookie/i;
const LOOPBACK = /^http:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/;

/** Findings about connections and webhooks anywhere in the document. */
export function checkOutside(metadata: Metadata): readonly MetadataFinding[] {
  const findings: MetadataFinding[] = [];
  walk(metadata, [], (key, value, path) => {
    if (key === 'database_url' && typeof value === 'string' && !value.includes('{{')) {
      findings.push({
        rule: 'database-url-in-file',
        severity: 'danger',
        path,
        weakness: 'the connection string, password and all, is written into the metadata',
        remedy: 'write {from_env: NAME}, change the password, and store it with: wrangler secret put NAME',
      });
    }
    if (ADDRESSES.has(key) && typeof value === 'string' && isPlainHttp(value)) {
      findings.push({
        rule: 'webhook-without-tls',
        severity: 'warning',
        path,
        weakness: 'what is sent there, session variables among it, can be read on the way',
        remedy: 'use an https:// address',
      });
    }
    if (key === 'headers' && Array.isArray(value)) findings.push(...headerSecrets(value, path));
  });
  return [...findings, ...openWebhooks(metadata)];
}

function isPlainHttp(address: string): boolean {
  return address.startsWith('http://') && !LOOPBACK.test(address);
}

function* headerSecrets(headers: readonly unknown[], path: DocumentPath): Generator<MetadataFinding> {
  for (const [index, header] of headers.entries()) {
    const { name, value } = header as { readonly name?: unknown; readonly value?: unknown };
    if (typeof name !== 'string' || typeof value !== 'string' || value.includes('{{')) continue;
    if (!SECRET_HEADER.test(name)) continue;
    yield {
      rule: 'header-secret-in-file',
      severity: 'danger',
      path: [...path, index],
      weakness: `the value of the header ${name} is written into the metadata`,
      remedy: 'write value_from_env: NAME, change the secret, and store it with: wrangler secret put NAME',
    };
  }
}

/** A webhook that gets no secret cannot tell a delivery from a stranger's request. */
function* openWebhooks(metadata: Metadata): Generator<MetadataFinding> {
  for (const [s, source] of metadata.sources.entries()) {
    for (const [t, table] of source.tables.entries()) {
      for (const [e, trigger] of (table.event_triggers ?? []).entries()) {
        if ((trigger.headers ?? []).some(({ name }) => SECRET_HEADER.test(name))) continue;
        yield {
          rule: 'webhook-without-secret',
          severity: 'warning',
          path: ['sources', s, 'tables', t, 'event_triggers', e],
          weakness: `the webhook of the event trigger ${trigger.name} gets no secret, so it cannot tell an event from a stranger’s request`,
          remedy: 'send it one: headers: [{name: x-webhook-secret, value_from_env: NAME}]',
        };
      }
    }
  }
}

type Visit = (key: string, value: unknown, path: DocumentPath) => void;

function walk(value: unknown, path: DocumentPath, visit: Visit): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const here = [...path, key];
    if (typeof key === 'string') visit(key, inner, here);
    walk(inner, here, visit);
  }
}
