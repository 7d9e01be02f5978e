// The args of the commands about event triggers and their events.

import { MAX_TRIGGER_NAME_BYTES, ownVariableReason } from '../../compile/event-triggers.ts';
import { at, type Path } from '../../error/path.ts';
import type { EventStatus } from '../../events/event-log.ts';
import { readMetadataDocument } from '../../metadata/read-document.ts';
import type { Columns } from '../../metadata/types.ts';
import type { EventTriggerMetadata, Header, TriggerOperation } from '../../metadata/webhook-types.ts';
import { must } from '../../util/assert.ts';
import { sourceField, type TableArgs, tableFields } from './names.ts';
import {
  anything,
  bool,
  failParse,
  int,
  list,
  nonEmptyText,
  object,
  objectOf,
  oneOf,
  type Parser,
  record,
  text,
} from './parse.ts';
import { requestTransformOf, responseTransformOf } from './transforms.ts';

/** A name that makes a readable name of a function. */
const LEGAL_NAME = /^[A-Za-z]+[A-Za-z0-9_-]*$/;

/** Whether Hasura takes the name for a new trigger. */
export function isLegalTriggerName(name: string): boolean {
  return LEGAL_NAME.test(name);
}

export interface EventTriggerArgs {
  readonly source: string;
  readonly name: string;
}

export interface CreateEventTriggerArgs extends TableArgs {
  readonly trigger: EventTriggerMetadata;
  /** Whether it is put in the place of one that is there. */
  readonly replace: boolean;
}

const columns: Parser<Columns> = (value, path) => {
  if (value === '*') return value;
  if (typeof value === 'string') return failParse('only * or [] allowed', path);
  return Array.isArray(value) ? list(text)(value, path) : failParse('unexpected columns', path);
};

const operation: Parser<TriggerOperation> = record(
  'Hasura.RQL.Types.EventTrigger.SubscribeOpSpec(SubscribeOpSpec)',
  (fields) => {
    const payload = fields.optional('payload', columns);
    return {
      columns: fields.required('columns', columns),
      ...(payload === undefined ? {} : { payload }),
    };
  },
);

const retryConf = record('Hasura.RQL.Types.EventTrigger.RetryConf(RetryConf)', (fields) => {
  const timeout = fields.optional('timeout_sec', int);
  return {
    num_retries: fields.required('num_retries', int),
    interval_sec: fields.required('interval_sec', int),
    ...(timeout === undefined ? {} : { timeout_sec: timeout }),
  };
});

const DEFAULT_RETRY_CONF = { num_retries: 0, interval_sec: 10, timeout_sec: 60 } as const;

const header: Parser<Header> = object('HeaderConf', (fields) => {
  const name = fields.required('name', text);
  const value = fields.optional('value', text);
  const fromEnv = fields.optional('value_from_env', text);
  if (value !== undefined && fromEnv !== undefined) {
    return failParse('expecting only one of value or value_from_env keys', fields.path);
  }
  if (value !== undefined) return { name, value };
  if (fromEnv === undefined) return failParse('expecting value or value_from_env keys', fields.path);
  if (fromEnv.startsWith('HASURA_GRAPHQL_')) return failParse(ownVariableReason(fromEnv), fields.path);
  return { name, value_from_env: fromEnv };
});

/** The mistakes come in the order in which Hasura finds them. */
export const createEventTriggerArgs: Parser<CreateEventTriggerArgs> = object(
  'CreateEventTriggerQuery',
  (fields) => {
    const source = sourceField(fields);
    const name = fields.required('name', nonEmptyText);
    const { table } = tableFields(fields);
    const operations = {
      insert: fields.optional('insert', operation),
      update: fields.optional('update', operation),
      delete: fields.optional('delete', operation),
    };
    const manual = fields.optional('enable_manual', bool) ?? false;
    const retry = fields.optional('retry_conf', retryConf) ?? DEFAULT_RETRY_CONF;
    const webhook = fields.optional('webhook', text);
    const webhookFromEnv = fields.optional('webhook_from_env', text);
    const headers = fields.optional('headers', list(header));
    const replace = fields.optional('replace', bool) ?? false;
    const requestTransform = fields.optional('request_transform', requestTransformOf(fields.path));
    const responseTransform = fields.optional('response_transform', responseTransformOf(fields.path));
    const cleanup = fields.optional('cleanup_config', objectOf('AutoTriggerLogCleanupConfig'));
    const { path } = fields;
    if (!isLegalTriggerName(name)) {
      failParse('only alphanumeric and underscore and hyphens allowed for name', path);
    }
    if (name.length > MAX_TRIGGER_NAME_BYTES) {
      failParse(`event trigger name can be at most ${MAX_TRIGGER_NAME_BYTES} characters`, path);
    }
    const given = Object.values(operations).filter((one) => one !== undefined);
    if (given.length === 0 && !manual) {
      failParse('atleast one amongst insert/update/delete/enable_manual spec must be provided', path);
    }
    if (webhook !== undefined && webhookFromEnv !== undefined) {
      failParse('only one of webhook or webhook_from_env should be given', path);
    }
    if (webhook === undefined && webhookFromEnv === undefined) {
      failParse('must provide webhook or webhook_from_env', path);
    }
    for (const { columns: listened, payload } of given) {
      if (listened?.length === 0) failParse('found empty column specification', path);
      if (payload?.length === 0) failParse('found empty payload specification', path);
    }
    const onReplication = fields.optional('trigger_on_replication', bool) ?? false;
    const trigger = {
      name,
      definition: { enable_manual: manual, ...operations },
      retry_conf: retry,
      webhook,
      webhook_from_env: webhookFromEnv,
      headers,
      request_transform: requestTransform,
      response_transform: responseTransform,
      cleanup_config: cleanup,
      ...(onReplication ? { trigger_on_replication: true } : {}),
    };
    return { source, table, replace, trigger: asStored(trigger, path) };
  },
);

/** Reads the trigger as it will be read from the stored document, so that whatever is stored can be read again. */
function asStored(trigger: object, path: Path | undefined): EventTriggerMetadata {
  const document: unknown = JSON.parse(
    JSON.stringify({
      version: 3,
      sources: [
        {
          name: 'default',
          kind: 'postgres',
          tables: [{ table: { schema: 'public', name: 'table' }, event_triggers: [trigger] }],
          configuration: { connection_info: { database_url: { from_env: 'URL' } } },
        },
      ],
    }),
  );
  const result = readMetadataDocument(document, { defaultSource: null });
  if ('problems' in result) {
    const [{ path: keys, message }] = result.problems;
    const place = keys
      .slice(PLACE_IN_DOCUMENT)
      .reduce<Path | undefined>((parent, key) => at(parent, key), path);
    return failParse(message, place);
  }
  return must(result.metadata.sources[0]?.tables[0]?.event_triggers?.[0], 'the document has one trigger');
}

/** How many keys lead to the trigger: `sources[0].tables[0].event_triggers[0]`. */
const PLACE_IN_DOCUMENT = 6;

export const deleteEventTriggerArgs: Parser<EventTriggerArgs> = object(
  'DeleteEventTriggerQuery',
  (fields) => ({
    source: sourceField(fields),
    name: fields.required('name', nonEmptyText),
  }),
);

export const invokeEventTriggerArgs = object('InvokeEventTriggerQuery', (fields) => ({
  name: fields.required('name', nonEmptyText),
  source: sourceField(fields),
  payload: fields.required('payload', anything),
}));

export const redeliverEventArgs = object('RedeliverEventQuery', (fields) => ({
  eventId: fields.required('event_id', text),
  source: sourceField(fields),
}));

export const getEventLogsArgs = object('GetEventLogs', (fields) => ({
  name: fields.required('name', nonEmptyText),
  source: sourceField(fields),
  limit: fields.optional('limit', int) ?? 100,
  offset: fields.optional('offset', int) ?? 0,
  status:
    fields.optional<EventStatus>(
      'status',
      oneOf(['pending', 'processed', 'all'], 'expecting "pending", "processed" or "all" for status'),
    ) ?? 'all',
}));

export const getEventInvocationLogsArgs = object('GetEventInvocations', (fields) => ({
  name: fields.required('name', nonEmptyText),
  source: sourceField(fields),
  limit: fields.optional('limit', int) ?? 100,
  offset: fields.optional('offset', int) ?? 0,
}));

export const getEventByIdArgs = object('GetEventById', (fields) => ({
  source: sourceField(fields),
  eventId: fields.required('event_id', text),
  limit: fields.optional('invocation_log_limit', int) ?? 100,
  offset: fields.optional('invocation_log_offset', int) ?? 0,
}));
