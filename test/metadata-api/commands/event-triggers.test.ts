// Creating, replacing and deleting event triggers, and names of triggers in replaced metadata.

import { about, BLOG, changed, inCommand, NONE_NEW, testCommands } from './cases.ts';

const NAME = 'author_changed';
const RETRY = { num_retries: 0, interval_sec: 10, timeout_sec: 60 };
const TRIGGER = {
  name: NAME,
  definition: { enable_manual: false, insert: { columns: '*' } },
  retry_conf: RETRY,
  webhook: 'https://hook.test',
};
const ARGS = { name: NAME, table: 'author', insert: { columns: '*' }, webhook: 'https://hook.test' };
const PLACE = 'sources.0.tables.0.event_triggers';
const ID = about('event_trigger', `event_trigger ${NAME} in table author in source default`);
const withTrigger = changed(BLOG, { [PLACE]: [TRIGGER] });

testCommands('create_event_trigger', [
  ...['create_event_trigger', 'pg_create_event_trigger', 'postgres_create_event_trigger'].map((command) => ({
    name: 'adds it to its table, with the defaults of retries',
    command,
    args: ARGS,
    gives: { changes: { [PLACE]: [TRIGGER] }, consistency: ID, answer: undefined },
  })),
  {
    name: 'keeps all it is told, and leaves out keys nobody knows',
    command: 'pg_create_event_trigger',
    args: {
      ...ARGS,
      source: 'default',
      table: { schema: 'public', name: 'author' },
      insert: { columns: ['id'], payload: '*' },
      update: { columns: ['name'], payload: ['id'] },
      delete: { columns: '*' },
      enable_manual: true,
      retry_conf: { num_retries: 3, interval_sec: 1 },
      webhook: null,
      webhook_from_env: 'HOOK',
      headers: [
        { name: 'a', value: 'b' },
        { name: 'c', value_from_env: 'C' },
      ],
      request_transform: { version: 2, template_engine: 'Kriti', body: { action: 'remove' }, what: 1 },
      response_transform: { version: 2, body: { action: 'transform', template: '{{$body}}' } },
      cleanup_config: { schedule: '0 0 * * *', clear_older_than: 168 },
      trigger_on_replication: true,
      unknown: 1,
    },
    gives: {
      changes: {
        [PLACE]: [
          {
            name: NAME,
            definition: {
              enable_manual: true,
              insert: { columns: ['id'], payload: '*' },
              update: { columns: ['name'], payload: ['id'] },
              delete: { columns: '*' },
            },
            retry_conf: { num_retries: 3, interval_sec: 1 },
            webhook_from_env: 'HOOK',
            headers: [
              { name: 'a', value: 'b' },
              { name: 'c', value_from_env: 'C' },
            ],
            request_transform: { version: 2, template_engine: 'Kriti', body: { action: 'remove' } },
            response_transform: { version: 2, body: { action: 'transform', template: '{{$body}}' } },
            cleanup_config: { schedule: '0 0 * * *', clear_older_than: 168 },
            trigger_on_replication: true,
          },
        ],
      },
    },
  },
  {
    name: 'replaces in place',
    command: 'create_event_trigger',
    given: changed(BLOG, { [PLACE]: [{ ...TRIGGER, name: 'a' }, TRIGGER, { ...TRIGGER, name: 'z' }] }),
    args: { ...ARGS, webhook: 'https://other.test', replace: true },
    gives: {
      changes: {
        [PLACE]: [
          { ...TRIGGER, name: 'a' },
          { ...TRIGGER, webhook: 'https://other.test' },
          { ...TRIGGER, name: 'z' },
        ],
      },
      consistency: ID,
    },
  },
  ...[
    [{ name: '' }, 'empty string not allowed', '$.args.name'],
    [{ name: '1st' }, 'only alphanumeric and underscore and hyphens allowed for name'],
    [{ name: 'weird$name' }, 'only alphanumeric and underscore and hyphens allowed for name'],
    [{ name: `a"; drop table author; --` }, 'only alphanumeric and underscore and hyphens allowed for name'],
    [{ name: 'a'.repeat(43) }, 'event trigger name can be at most 42 characters'],
    [{ insert: null }, 'atleast one amongst insert/update/delete/enable_manual spec must be provided'],
    [{ webhook: null }, 'must provide webhook or webhook_from_env'],
    [{ webhook_from_env: 'HOOK' }, 'only one of webhook or webhook_from_env should be given'],
    [{ insert: { columns: [] } }, 'found empty column specification'],
    [{ insert: { columns: '*', payload: [] } }, 'found empty payload specification'],
    [{ insert: { columns: 'id' } }, 'only * or [] allowed', '$.args.insert.columns'],
    [{ insert: { columns: 1 } }, 'unexpected columns', '$.args.insert.columns'],
    [
      { insert: {} },
      'parsing Hasura.RQL.Types.EventTrigger.SubscribeOpSpec(SubscribeOpSpec) failed, key "columns" not found',
      '$.args.insert',
    ],
    [
      { retry_conf: { num_retries: 1 } },
      'parsing Hasura.RQL.Types.EventTrigger.RetryConf(RetryConf) failed, key "interval_sec" not found',
      '$.args.retry_conf',
    ],
    [
      { retry_conf: { num_retries: 1.5, interval_sec: 1 } },
      'parsing Int failed, value is either floating or will cause over or underflow 1.5',
      '$.args.retry_conf.num_retries',
    ],
    [{ headers: [{ name: 'a' }] }, 'expecting value or value_from_env keys', '$.args.headers[0]'],
    [
      { headers: [{ name: 'a', value: 'b', value_from_env: 'C' }] },
      'expecting only one of value or value_from_env keys',
      '$.args.headers[0]',
    ],
    [
      { headers: [{ name: 'a', value_from_env: 'HASURA_GRAPHQL_ADMIN_SECRET' }] },
      'env variables starting with "HASURA_GRAPHQL_" are not allowed in value_from_env: HASURA_GRAPHQL_ADMIN_SECRET',
      '$.args.headers[0]',
    ],
    [
      { cleanup_config: { schedule: '* * * * *' } },
      'key "clear_older_than" not found',
      '$.args.cleanup_config',
    ],
  ].map(([args, message, path = '$.args']) => ({
    name: `refuses ${JSON.stringify(args)}`,
    command: 'pg_create_event_trigger',
    args: { ...ARGS, ...(args as object) },
    gives: {
      code: 'parse-failed',
      message: inCommand('create_event_trigger', message as string),
      path: path as string,
    },
  })),
  {
    name: 'refuses negative retries',
    command: 'create_event_trigger',
    args: { ...ARGS, retry_conf: { num_retries: -1, interval_sec: 1 } },
    gives: { code: 'parse-failed', message: /whole number from 0 on/, path: '$.args.retry_conf.num_retries' },
  },
  {
    name: 'tells places as /v1/query does',
    command: 'create_event_trigger',
    endpoint: 'v1/query',
    args: { name: NAME, table: 'author' },
    gives: {
      code: 'parse-failed',
      message: 'atleast one amongst insert/update/delete/enable_manual spec must be provided',
      path: '$',
    },
  },
  {
    name: 'refuses a table that is not tracked',
    command: 'create_event_trigger',
    args: { ...ARGS, table: 'tag' },
    gives: { code: 'not-exists', message: 'table "tag" does not exist in source: default' },
  },
  {
    name: 'refuses to listen to a column that is not there',
    command: 'create_event_trigger',
    args: { ...ARGS, update: { columns: ['id', 'nme'] } },
    gives: { code: 'not-exists', message: 'column "nme" does not exist' },
  },
  {
    name: 'refuses to listen to a relationship',
    command: 'create_event_trigger',
    args: { ...ARGS, update: { columns: ['articles'] } },
    gives: {
      code: 'unexpected-payload',
      message: 'expecting a postgres column; but, "articles" is a relationship; ',
    },
  },
  ...['author', 'article'].map((table) => ({
    name: `refuses a name that the source has already, on ${table}`,
    command: 'create_event_trigger',
    given: withTrigger,
    args: { ...ARGS, table },
    gives: { code: 'already-exists', message: `Event trigger with name "${NAME}" already exists` },
  })),
  {
    name: 'refuses to replace one that is not there',
    command: 'create_event_trigger',
    args: { ...ARGS, replace: true },
    gives: { code: 'not-exists', message: `event trigger "${NAME}" does not exist` },
  },
  {
    name: 'refuses to replace one of another table',
    command: 'create_event_trigger',
    given: withTrigger,
    args: { ...ARGS, table: 'article', replace: true },
    gives: { code: 'not-supported', message: 'cannot replace table or schema for trigger' },
  },
]);

testCommands('delete_event_trigger', [
  {
    name: 'finds its table by its name',
    command: 'pg_delete_event_trigger',
    given: changed(BLOG, { [PLACE]: [{ ...TRIGGER, name: 'other' }, TRIGGER] }),
    args: { name: NAME, source: 'default' },
    gives: {
      changes: { [PLACE]: [{ ...TRIGGER, name: 'other' }] },
      consistency: NONE_NEW,
      answer: undefined,
    },
  },
  {
    name: 'leaves no empty list',
    command: 'delete_event_trigger',
    given: withTrigger,
    args: { name: NAME },
    gives: { changes: { [PLACE]: undefined } },
  },
  {
    name: 'refuses one that is not there',
    command: 'delete_event_trigger',
    args: { name: NAME },
    gives: { code: 'not-exists', message: `event trigger "${NAME}" does not exist` },
  },
  {
    name: 'refuses one of another source',
    command: 'delete_event_trigger',
    given: withTrigger,
    args: { name: NAME, source: 'other' },
    gives: { code: 'not-exists', message: `event trigger "${NAME}" does not exist` },
  },
]);

const twice = changed(withTrigger, { 'sources.0.tables.1.event_triggers': [TRIGGER] });
const weird = changed(withTrigger, { [PLACE]: [{ ...TRIGGER, name: 'weird$name' }] });
const WARNING = {
  message:
    'The event trigger with name "weird$name" may not work as expected, hasura suggests to use only alphanumeric, underscore and hyphens in an event trigger name',
  type: 'event_trigger',
  name: 'event_trigger weird$name in table author in source default',
  code: 'illegal-event-trigger-name',
};

testCommands('replace_metadata with event triggers', [
  {
    name: 'refuses two triggers of one name in a source, even where inconsistencies are allowed',
    command: 'replace_metadata',
    args: { metadata: twice, allow_inconsistent_metadata: true },
    gives: {
      code: 'not-supported',
      message: `Event trigger with duplicate names not allowed: "${NAME}"`,
    },
  },
  {
    name: 'warns of a new name that no command would take',
    command: 'replace_metadata',
    args: { metadata: weird },
    gives: {
      changes: { [PLACE]: [{ ...TRIGGER, name: 'weird$name' }] },
      answer: { is_consistent: true, inconsistent_objects: [], warnings: [WARNING] },
    },
  },
  {
    name: 'warns of no name that was there before',
    command: 'replace_metadata',
    given: weird,
    args: { metadata: weird },
    gives: { changes: {}, answer: { is_consistent: true, inconsistent_objects: [] } },
  },
  {
    name: 'refuses such a name when warnings are not allowed',
    command: 'replace_metadata',
    args: { metadata: weird, allow_warnings: false },
    gives: { code: 'metadata-warnings', message: 'failed due to metadata warnings' },
  },
]);
