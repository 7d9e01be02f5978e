// Recorded events -> those that are due, claimed by one worker and read by it. The claim is the time in `locked`, the column
// that Hasura claims with: it needs nothing that a database of Hasura has not, and Hasura sees which events are taken.

import type { Database } from '../../execute/types.ts';
import { must } from '../../util/assert.ts';
import { leaseSeconds } from './lease.ts';
import type { Claim, ClaimedEvent, DeliveryTriggers } from './types.ts';

/** Of an event `l`: it is neither delivered nor given up. Written as the index on such events is. */
export const OPEN = 'not l.delivered and not l.error and not l.archived';

/** Of events of a trigger that nobody has: as in the index, so that the first ones are read and no others. */
export const DUE_ORDER = 'l.next_retry_at nulls first, l.created_at';

/** Exact to the microsecond, and read back by Postgres as the same time in every session. */
const TOKEN = `pg_catalog.to_char(l.locked at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Of untouched events of a kind, the first ones of a trigger that nobody else is claiming right now. */
function firstOf(condition: string): string {
  return `select f.id, f.created_at from (
      select l.id, l.created_at from hdb_catalog.event_log l
      where l.trigger_name = a.name and ${OPEN} and l.locked is null and ${condition}
      order by ${DUE_ORDER} limit a.room for update skip locked
    ) f`;
}

/**
 * $1: triggers; $2: how many events at most. Each trigger gives its oldest ones, as many as it may have under way: the
 * backlog of one that is slow or dead leaves room for the others. `taken` is read by Hasura's index, the rest by ours.
 */
const CLAIM = `with taken as materialized (
  select l.id, l.created_at, l.trigger_name, l.locked, l.locked < pg_catalog.now() - t.lease * interval '1 second' as is_over
  from hdb_catalog.event_log l
  join pg_catalog.json_to_recordset($1::json) t (name text, lease double precision) on t.name = l.trigger_name
  where ${OPEN} and l.locked is not null
), asked as materialized (
  select t.name, greatest(0, t.concurrency - (
    select pg_catalog.count(*) from taken where taken.trigger_name = t.name and not taken.is_over
  )) as room
  from pg_catalog.json_to_recordset($1::json) t (name text, concurrency integer)
), due as materialized (
  select d.id from asked a cross join lateral (
    ${firstOf('l.next_retry_at is null')}
    union all
    ${firstOf(`l.next_retry_at <= pg_catalog.now() at time zone 'UTC'`)}
    union all
    select f.id, f.created_at from (
      select l.id, l.created_at from taken join hdb_catalog.event_log l using (id)
      where taken.trigger_name = a.name and taken.is_over and ${OPEN} and l.locked = taken.locked
      order by l.created_at limit a.room for update of l skip locked
    ) f
    order by created_at limit a.room
  ) d order by d.created_at limit $2::bigint
), claimed as (
  update hdb_catalog.event_log l set locked = pg_catalog.now() from due where l.id = due.id
  returning l.id, l.created_at, ${TOKEN} as token
)
select c.id, c.token from claimed c order by c.created_at, c.id`;

/**
 * Claims up to `limit` due events of these triggers, the oldest first; undefined when none is due. Events of other
 * triggers are left alone: the metadata that has them no more archives them.
 * @throws NeonError
 */
export async function claimEvents(
  database: Database,
  triggers: DeliveryTriggers,
  limit: number,
): Promise<Claim | undefined> {
  const asked = [...triggers.values()].map((trigger) => ({
    name: trigger.name,
    lease: leaseSeconds(trigger),
    concurrency: trigger.concurrency,
  }));
  if (asked.length === 0) return undefined;
  const { rows } = await database.query({ sql: CLAIM, parameters: [JSON.stringify(asked), String(limit)] });
  const token = rows[0]?.[1];
  if (token === undefined) return undefined;
  return { token: must(token, 'a claimed event is locked'), ids: rows.map(([id]) => text(id)) };
}

/** Of the payloads of one load, in bytes: a Worker has 128 MB for everything. An event that is larger comes alone. */
const MAX_LOAD_BYTES = 4 * 1024 * 1024;

/** $1: ids; $2: token; $3: bytes. */
const LOAD = `with mine as materialized (
  select l.id, pg_catalog.octet_length(l.payload::text) as bytes,
    pg_catalog.sum(pg_catalog.octet_length(l.payload::text)) over (order by l.created_at, l.id) as bytes_so_far
  from hdb_catalog.event_log l
  where l.id in (select pg_catalog.json_array_elements_text($1::json)) and l.locked = $2::timestamptz and ${OPEN}
)
update hdb_catalog.event_log l set locked = pg_catalog.now()
from mine where l.id = mine.id and mine.bytes_so_far - mine.bytes < $3::bigint and l.locked = $2::timestamptz and ${OPEN}
returning l.id, l.schema_name, l.table_name, l.trigger_name, l.payload::text, l.payload ->> 'trace_context', l.tries::text,
  pg_catalog.to_char(l.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), ${TOKEN}`;

/** Events of a claim that were read. */
export interface Load {
  /** Of the claim as it is now. */
  readonly token: string;
  /** In the order of the claim. */
  readonly events: readonly ClaimedEvent[];
  /** Events that did not fit in, or that are another's by now; undefined when there are none. */
  readonly rest: Claim | undefined;
}

/**
 * Reads events of a claim and begins their lease anew, with another token: of a message that comes twice, one copy
 * delivers. Undefined when another worker has all of them, or they are done.
 * @throws NeonError
 */
export async function loadEvents(database: Database, { token, ids }: Claim): Promise<Load | undefined> {
  const { rows } = await database.query({
    sql: LOAD,
    parameters: [JSON.stringify(ids), token, String(MAX_LOAD_BYTES)],
  });
  const renewed = rows[0]?.[8];
  if (renewed === undefined) return undefined;
  const loaded = new Map(rows.map((row) => [row[0], eventOf(row)]));
  const rest = ids.filter((id) => !loaded.has(id));
  return {
    token: must(renewed, 'a claimed event is locked'),
    events: ids.flatMap((id) => loaded.get(id) ?? []),
    rest: rest.length === 0 ? undefined : { token, ids: rest },
  };
}

function eventOf(row: readonly (string | null)[]): ClaimedEvent {
  const [id, schema, table, trigger, payload, traceContext = null, tries, createdAt] = row;
  return {
    id: text(id),
    schema: text(schema),
    table: text(table),
    trigger: text(trigger),
    payload: text(payload),
    traceContext,
    tries: Number(tries),
    // Without a default, a column of an old Hasura may hold none.
    createdAt: createdAt ?? '1970-01-01T00:00:00.000000',
  };
}

function text(value: string | null | undefined): string {
  return must(value, 'the column holds no nulls');
}
