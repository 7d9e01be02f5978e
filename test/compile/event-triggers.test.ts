// Event triggers that cannot be are inconsistent, in Hasura's words; those that can are nothing the artifact knows of.

import { expect, test } from 'vitest';

import { encodeArtifact } from '../../src/artifact/encode.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import type { EventTriggerMetadata } from '../../src/metadata/webhook-types.ts';
import { BLOG, BLOG_CATALOG, changed } from '../metadata-api/commands/cases.ts';

const TRIGGER: EventTriggerMetadata = {
  name: 'changed',
  definition: { update: { columns: ['name'], payload: ['id'] } },
  webhook_from_env: 'HOOK',
};
const on = (place: number, ...triggers: readonly EventTriggerMetadata[]): Metadata =>
  changed(BLOG, { [`sources.0.tables.${place}.event_triggers`]: triggers });

function compiled(metadata: Metadata) {
  return compile(metadata, new Map([['default', BLOG_CATALOG]]));
}

/** Other objects of the blog are inconsistent without event triggers. */
function inconsistent(metadata: Metadata) {
  return compiled(metadata).inconsistencies.filter(({ type }) => type === 'event_trigger');
}

test('one that can be changes nothing', () => {
  expect(encodeArtifact(compiled(on(0, TRIGGER)))).toBe(encodeArtifact(compiled(BLOG)));
});

test.each<[string, Metadata, string]>([
  [
    'a listened column that is not there',
    on(0, { ...TRIGGER, definition: { update: { columns: ['id', 'nme'] } } }),
    'Inconsistent object: in table "author": in event trigger "changed": column "nme" does not exist',
  ],
  [
    'a payload column that is not there',
    on(0, { ...TRIGGER, definition: { delete: { columns: '*', payload: ['nme'] } } }),
    'Inconsistent object: in table "author": in event trigger "changed": column "nme" does not exist',
  ],
  [
    'a secret of the service',
    on(0, { ...TRIGGER, headers: [{ name: 'a', value_from_env: 'HASURA_GRAPHQL_ADMIN_SECRET' }] }),
    'Inconsistent object: in table "author": in event trigger "changed": env variables starting with "HASURA_GRAPHQL_" are not allowed in value_from_env: HASURA_GRAPHQL_ADMIN_SECRET',
  ],
])('%s is inconsistent', (_, metadata, reason) => {
  expect(inconsistent(metadata)).toMatchObject([
    {
      type: 'event_trigger',
      name: 'event_trigger changed in table author in source default',
      definition: {
        table: { schema: 'public', name: 'author' },
        configuration: { name: 'changed', webhook_from_env: 'HOOK', retry_conf: { num_retries: 0 } },
      },
      reason,
      path: ['sources', 0, 'tables', 0, 'event_triggers', 0],
    },
  ]);
});

test('a name that is too long is inconsistent', () => {
  const [found] = inconsistent(on(0, { ...TRIGGER, name: 'a'.repeat(43) }));
  expect(found?.reason).toContain('event trigger name can be at most 42 characters');
  expect(inconsistent(on(0, { ...TRIGGER, name: 'a'.repeat(42) }))).toEqual([]);
});

test('two of one name in a source are both inconsistent', () => {
  const twice = changed(on(0, TRIGGER), {
    'sources.0.tables.1.event_triggers': [{ ...TRIGGER, definition: { insert: { columns: '*' } } }],
  });
  expect(inconsistent(twice)).toMatchObject([
    { name: 'event_trigger changed in table author in source default' },
    { name: 'event_trigger changed in table article in source default' },
  ]);
});
