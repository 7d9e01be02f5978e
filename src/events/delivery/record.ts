// What became of events -> their statuses and the log of their deliveries, one statement for all of them. Only whoever has
// the claim changes anything: the statement may be sent again, and a late worker writes nothing.

import { NeonError } from '../../execute/neon-error.ts';
import type { Database } from '../../execute/types.ts';
import { must, unreachable } from '../../util/assert.ts';
import type { Outcome } from './types.ts';

/** $1: outcomes; $2: token. Times without a zone are in UTC, as Hasura's server writes them. */
const RECORD = `with outcome as materialized (
  select * from pg_catalog.json_to_recordset($1::json)
    o (id text, kind text, after double precision, trigger text, status integer, request text, response text)
), done as (
  update hdb_catalog.event_log l set
    delivered = o.kind = 'delivered',
    error = o.kind = 'failed',
    tries = l.tries + case o.kind when 'released' then 0 else 1 end,
    next_retry_at = pg_catalog.now() at time zone 'UTC' + o.after * interval '1 second',
    locked = null
  from outcome o where l.id = o.id and l.locked = $2::timestamptz
  returning l.id
), logged as (
  insert into hdb_catalog.event_invocation_logs (trigger_name, event_id, status, request, response, created_at)
  select o.trigger, o.id, o.status, o.request::json, o.response::json, pg_catalog.now() at time zone 'UTC'
  from outcome o join done using (id) where o.kind <> 'released'
)
select d.id from done d`;

/**
 * Writes outcomes under a claim and gives the ids of the events that were still its own.
 * @throws NeonError when nothing was written, or nothing is known of that
 */
export async function recordOutcomes(
  database: Database,
  token: string,
  outcomes: readonly Outcome[],
): Promise<ReadonlySet<string>> {
  const recorded = new Set<string>();
  for (const lines of parts(outcomes.map((outcome) => line(outcome)))) {
    for (const id of await recordLines(database, token, lines)) recorded.add(id);
  }
  return recorded;
}

/** What a statement may bring, in characters; 100 lines of ordinary events are far below. */
const MAX_STATEMENT = 4 * 1024 * 1024;

type Line = { readonly outcome: Outcome; readonly text: string };

function* parts(lines: readonly Line[]): Generator<readonly Line[]> {
  let part: Line[] = [];
  let length = 0;
  for (const one of lines) {
    if (part.length > 0 && length + one.text.length > MAX_STATEMENT) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(one);
    length += one.text.length;
  }
  if (part.length > 0) yield part;
}

async function recordLines(
  database: Database,
  token: string,
  lines: readonly Line[],
): Promise<readonly string[]> {
  try {
    return await send(database, token, lines);
  } catch (error) {
    if (!(error instanceof NeonError) || !isOfContent(error.code)) throw error;
    // One event that Postgres cannot log, such as one nested too deeply, must not have all of them sent again for ever.
    return await send(
      database,
      token,
      lines.map(({ outcome }) => line(outcome, false)),
    );
  }
}

/** Data exceptions, and what exceeds a limit of the server. */
function isOfContent(code: string | undefined): boolean {
  return code !== undefined && /^(?:22|54)/.test(code);
}

async function send(database: Database, token: string, lines: readonly Line[]): Promise<readonly string[]> {
  const { rows } = await database.query({
    sql: RECORD,
    parameters: [`[${lines.map(({ text }) => text).join(',')}]`, token],
  });
  return rows.map(([id]) => must(id, 'an event has an id'));
}

/**
 * Requests and responses are JSON already. They go in as texts: nothing in them changes, and the list can be read whatever
 * escapes they hold.
 */
function line(outcome: Outcome, isWhole = true): Line {
  const head = { id: outcome.id, kind: outcome.kind, after: afterOf(outcome) };
  if (outcome.kind === 'released') return { outcome, text: JSON.stringify(head) };
  const { invocation } = outcome;
  const shown = isWhole ? invocation : { ...invocation, request: NOT_LOGGED };
  return { outcome, text: JSON.stringify({ ...head, ...shown }) };
}

const NOT_LOGGED = JSON.stringify({ payload: null, headers: [], version: '2' });

function afterOf(outcome: Outcome): number | null {
  switch (outcome.kind) {
    case 'delivered':
    case 'failed':
      return null;
    case 'retry':
    case 'released':
      return outcome.afterSeconds;
    default:
      return unreachable(outcome);
  }
}
