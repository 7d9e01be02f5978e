// Questions about recorded events -> rows of `hdb_catalog.event_log` and of the log of their deliveries, as JSON.

import { NeonError } from '../execute/neon-error.ts';
import type { Database, Statement } from '../execute/types.ts';
import type { TableName } from '../metadata/types.ts';
import { must } from '../util/assert.ts';
import { parseJson } from '../util/exact-number.ts';

export type EventStatus = 'pending' | 'processed' | 'all';

/** Rows from `offset` on, newest first. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** Columns without a time zone are written in UTC, as Hasura's server reads them. */
const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

const EVENT = `pg_catalog.json_build_object(
  'id', l.id,
  'schema_name', l.schema_name,
  'table_name', l.table_name,
  'trigger_name', l.trigger_name,
  'payload', l.payload,
  'delivered', l.delivered,
  'error', l.error,
  'tries', l.tries,
  'created_at', pg_catalog.to_char(l.created_at, ${TIME}),
  'locked', pg_catalog.to_char(l.locked at time zone 'UTC', ${TIME}),
  'next_retry_at', pg_catalog.to_char(l.next_retry_at, ${TIME}),
  'archived', l.archived
)::text`;

const INVOCATION = `pg_catalog.json_build_object(
  'id', i.id,
  'trigger_name', i.trigger_name,
  'event_id', i.event_id,
  'http_status', i.status,
  'request', i.request,
  'response', i.response,
  'created_at', pg_catalog.to_char(i.created_at, ${TIME})
)::text`;

const WITH_STATUS: Readonly<Record<EventStatus, string>> = {
  pending: 'and not l.delivered and not l.error and not l.archived',
  processed: 'and (l.delivered or l.error) and not l.archived',
  all: '',
};

/** The events of a trigger. @throws NeonError */
export async function readEvents(
  database: Database,
  trigger: string,
  { status, limit, offset }: Page & { readonly status: EventStatus },
): Promise<readonly unknown[]> {
  return await rowsOf(database, {
    sql: `select ${EVENT} from hdb_catalog.event_log l
where l.trigger_name = $1 ${WITH_STATUS[status]}
order by l.created_at desc limit $2::bigint offset $3::bigint`,
    parameters: [trigger, String(limit), String(offset)],
  });
}

/** The deliveries of a trigger's events. @throws NeonError */
export async function readInvocations(
  database: Database,
  trigger: string,
  { limit, offset }: Page,
): Promise<readonly unknown[]> {
  return await rowsOf(database, {
    sql: `select ${INVOCATION} from hdb_catalog.event_invocation_logs i
where i.trigger_name = $1 order by i.created_at desc limit $2::bigint offset $3::bigint`,
    parameters: [trigger, String(limit), String(offset)],
  });
}

/** An event with its deliveries; undefined when there is none with this id. @throws NeonError */
export async function readEvent(
  database: Database,
  id: string,
  { limit, offset }: Page,
): Promise<{ readonly event: unknown; readonly invocations: readonly unknown[] } | undefined> {
  const events = await rowsOf(database, {
    sql: `select ${EVENT} from hdb_catalog.event_log l where l.id = $1`,
    parameters: [id],
  });
  if (events.length === 0) return undefined;
  const invocations = await rowsOf(database, {
    sql: `select ${INVOCATION} from hdb_catalog.event_invocation_logs i
where i.event_id = $1 order by i.created_at desc limit $2::bigint offset $3::bigint`,
    parameters: [id, String(limit), String(offset)],
  });
  return { event: events[0], invocations };
}

/** How long a worker may take to deliver an event; after that another one may. */
const LEASE = `interval '30 minutes'`;

/** Has an event delivered again, as if it never had been tried. @throws NeonError */
export async function redeliver(
  database: Database,
  id: string,
): Promise<'done' | 'not found' | 'being delivered'> {
  const [outcome] = await rowsOf(database, {
    sql: `with found as (
  select l.id, coalesce(l.locked >= pg_catalog.now() - ${LEASE}, false) as busy
  from hdb_catalog.event_log l where l.id = $1 for update
), changed as (
  update hdb_catalog.event_log l
  set delivered = false, error = false, tries = 0, next_retry_at = null
  from found where l.id = found.id and not found.busy
)
select pg_catalog.to_json(busy)::text from found`,
    parameters: [id],
  });
  if (outcome === undefined) return 'not found';
  return outcome === true ? 'being delivered' : 'done';
}

/** An event that no change of a row made. */
export interface ManualEvent {
  readonly table: TableName;
  readonly trigger: string;
  /** Any JSON. */
  readonly payload: unknown;
  readonly sessionVariables: Readonly<Record<string, string>>;
}

/** Records an event and gives its id. @throws NeonError */
export async function recordManualEvent(
  database: Database,
  { table, trigger, payload, sessionVariables }: ManualEvent,
): Promise<string> {
  const [, inserted] = await database.transaction([
    {
      sql: `select pg_catalog.set_config('hasura.user', $1, true)`,
      parameters: [JSON.stringify(sessionVariables)],
    },
    {
      sql: `select hdb_catalog.insert_event_log($1, $2, $3, 'MANUAL', $4::json)`,
      parameters: [table.schema, table.name, trigger, JSON.stringify({ old: null, new: payload })],
    },
  ]);
  return must(inserted?.rows[0]?.[0], 'a recorded event has an id');
}

/** SQLSTATEs of a table or a schema that is not there. */
const MISSING: ReadonlySet<string> = new Set(['42P01', '3F000']);

/** The JSON of each row; none where events were never recorded. */
async function rowsOf(database: Database, statement: Statement): Promise<readonly unknown[]> {
  try {
    const { rows } = await database.query(statement);
    return rows.map(([text]) => parseJson(must(text, 'each row is JSON')));
  } catch (error) {
    if (error instanceof NeonError && MISSING.has(error.code ?? '')) return [];
    throw error;
  }
}
