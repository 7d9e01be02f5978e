// Recorded events -> when the next one is due: what an alarm is set to, and how far the delivery is behind.

import type { Database } from '../../execute/types.ts';
import { DUE_ORDER, OPEN } from './claim.ts';
import { leaseSeconds } from './lease.ts';
import type { DeliveryTriggers } from './types.ts';

/** The first of a kind of a trigger's events: `order` is that of an index, so that one row is read. */
function first(time: string, condition: string, order: string): string {
  return `(select ${time} from hdb_catalog.event_log l
    where l.trigger_name = t.name and ${OPEN} and ${condition} order by ${order} limit 1)`;
}

/** A new event is due now, whatever time zone its writer had. */
const DUE = `select pg_catalog.round(1000 * extract(epoch from pg_catalog.min(d.due) - pg_catalog.now()))::text
from pg_catalog.json_to_recordset($1::json) t (name text, lease double precision) cross join lateral (
  select least(
    ${first(`least(pg_catalog.now(), l.created_at at time zone 'UTC')`, 'l.locked is null and l.next_retry_at is null', DUE_ORDER)},
    ${first(`l.next_retry_at at time zone 'UTC'`, 'l.locked is null and l.next_retry_at is not null', DUE_ORDER)},
    ${first(`l.locked + t.lease * interval '1 second'`, 'l.locked is not null', 'l.locked')}
  ) as due
) d`;

/**
 * In how many milliseconds the next event of these triggers is due, by the database's clock: new ones are since they were
 * recorded, others when their retry or the end of their lease comes. Negative: the oldest is due for that long, which is
 * the gauge of how far the delivery is behind. Undefined: nothing waits.
 * @throws HedgeError as `queryText`
 */
export async function dueInMs(database: Database, triggers: DeliveryTriggers): Promise<number | undefined> {
  if (triggers.size === 0) return undefined;
  const asked = [...triggers.values()].map((trigger) => ({
    name: trigger.name,
    lease: leaseSeconds(trigger),
  }));
  const ms = await database.queryText(DUE, [JSON.stringify(asked)]);
  return ms === null ? undefined : Number(ms);
}
