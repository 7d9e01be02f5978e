// Event triggers of the metadata -> what their delivery needs, with defaults.

import { expect, it } from 'vitest';

import { deliveryTriggers } from '../../../src/events/delivery/delivery-triggers.ts';
import type { SourceMetadata } from '../../../src/metadata/types.ts';

const SOURCE = {
  name: 'default',
  kind: 'postgres',
  configuration: { connection_info: { database_url: { from_env: 'URL' } } },
  tables: [
    { table: { schema: 'public', name: 'none' } },
    {
      table: { schema: 'public', name: 'order' },
      event_triggers: [
        { name: 'plain', definition: {}, webhook: 'http://host/{{PATH}}' },
        {
          name: 'full',
          definition: {},
          webhook_from_env: 'HOOK',
          headers: [
            { name: 'a', value: '' },
            { name: 'b', value_from_env: 'B' },
          ],
          retry_conf: { num_retries: 3, interval_sec: 0, timeout_sec: 5 },
          request_transform: { version: 2 },
        },
      ],
    },
  ],
} as const satisfies SourceMetadata;

it('the triggers of all tables by name', () => {
  const transform = <T>(call: T): T => call;
  const triggers = deliveryTriggers(SOURCE, {
    concurrency: 7,
    transformOf: ({ request_transform: given }) => (given ? transform : undefined),
  });
  expect([...triggers.values()]).toEqual([
    {
      name: 'plain',
      webhook: { text: 'http://host/{{PATH}}' },
      headers: [],
      retries: 0,
      intervalSeconds: 10,
      timeoutSeconds: 60,
      concurrency: 7,
      transformRequest: undefined,
    },
    {
      name: 'full',
      webhook: { fromEnv: 'HOOK' },
      headers: [
        { name: 'a', value: '' },
        { name: 'b', valueFromEnv: 'B' },
      ],
      retries: 3,
      intervalSeconds: 0,
      timeoutSeconds: 5,
      concurrency: 7,
      transformRequest: transform,
    },
  ]);
});

it('no time of a trigger is more than a database and a worker can do', () => {
  const event_triggers = [
    {
      name: 'long',
      definition: {},
      webhook: 'http://host',
      retry_conf: { interval_sec: 1e15, timeout_sec: 1e15 },
    },
  ];
  const tables = [{ table: { schema: 'public', name: 'order' }, event_triggers }];
  const triggers = deliveryTriggers({ ...SOURCE, tables }, { concurrency: 1, transformOf: () => undefined });
  expect(triggers.get('long')).toMatchObject({ intervalSeconds: 31_536_000, timeoutSeconds: 600 });
});
