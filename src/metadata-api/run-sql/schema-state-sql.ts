// The statements that stand around the SQL of a user in its transaction: one notes how the tracked tables and functions
// are, the other tells which of them are not so any more. Both go by oid and column number, so that they follow renames.
//
// The note is kept in a setting of the transaction: it never leaves the database, and is gone with the transaction.

const SETTING = 'hedge.schema_state';

/** Begins and ends the difference in the message of the error that `CHECK_SQL` raises, in whatever language it comes. */
const MARK = 'hedge-difference:';

/**
 * `tracked_tables` and `tracked_functions` (oid, before) -> `table_states` and `function_states` (oid, state). Of what was
 * noted before, only the columns and foreign keys of then are looked at: new ones break nothing, and one that is gone
 * and was made again is the same for a relationship, which names columns.
 */
const STATES = `
column_lists as (
  select a.attrelid, pg_catalog.jsonb_object_agg(a.attnum, pg_catalog.jsonb_build_object(
    'name', a.attname, 'type', n.nspname || '.' || y.typname
  )) as list
  from tracked_tables t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type y on y.oid = a.atttypid
  join pg_catalog.pg_namespace n on n.oid = y.typnamespace
  where t.before is null or t.before -> 'columns' ? a.attnum::text
  group by a.attrelid
),
foreign_keys as (
  select k.conrelid, n.nspname as schema, c.relname as name,
    k.confrelid || ':' || pg_catalog.array_to_string(k.conkey, ',') || '>' || pg_catalog.array_to_string(k.confkey, ',') as key
  from tracked_tables t
  join pg_catalog.pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
  join pg_catalog.pg_class c on c.oid = k.confrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
),
foreign_key_lists as (
  select k.conrelid, pg_catalog.jsonb_object_agg(k.key, pg_catalog.jsonb_build_object('schema', k.schema, 'name', k.name)) as list
  from tracked_tables t
  join foreign_keys k on k.conrelid = t.oid
  where t.before is null or t.before -> 'foreignKeys' ? k.key
  group by k.conrelid
),
table_states as (
  select t.oid, pg_catalog.jsonb_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'columns', coalesce(l.list, '{}'),
    'foreignKeys', coalesce(k.list, '{}')
  ) as state
  from tracked_tables t
  join pg_catalog.pg_class c on c.oid = t.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join column_lists l on l.attrelid = t.oid
  left join foreign_key_lists k on k.conrelid = t.oid
),
function_states as (
  select f.oid, pg_catalog.jsonb_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'volatility', p.provolatile,
    'overloads', (
      select pg_catalog.count(*) from pg_catalog.pg_proc o
      where o.proname = p.proname and o.pronamespace = p.pronamespace and o.prokind = 'f'
    )
  ) as state
  from tracked_functions f
  join pg_catalog.pg_proc p on p.oid = f.oid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
)`;

/**
 * Notes the state. `$1`: `{"tables": [[schema, name], …], "functions": [[schema, name], …]}`. What is not there is not
 * noted.
 */
export const NOTE_SQL = `with
tracked as (select $1::jsonb as names),
tracked_tables as (
  select c.oid, null::jsonb as before
  from tracked, pg_catalog.jsonb_array_elements(tracked.names -> 'tables') t
  join pg_catalog.pg_namespace n on n.nspname = t ->> 0
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t ->> 1
  where c.relkind in ('r', 'v', 'm', 'p', 'f')
),
tracked_functions as (
  select p.oid, null::jsonb as before
  from tracked, pg_catalog.jsonb_array_elements(tracked.names -> 'functions') f
  join pg_catalog.pg_namespace n on n.nspname = f ->> 0
  join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = f ->> 1 and p.prokind = 'f'
),${STATES}
select pg_catalog.length(pg_catalog.set_config('${SETTING}', pg_catalog.jsonb_build_object(
  'tables', coalesce((select pg_catalog.jsonb_object_agg(oid, state) from table_states), '{}'),
  'functions', coalesce((select pg_catalog.jsonb_object_agg(oid, state) from function_states), '{}')
)::text, true))`;

const DIFFERENCE = `with
noted as (select nullif(pg_catalog.current_setting('${SETTING}', true), '')::jsonb as state),
tracked_tables as (
  select e.key::oid as oid, e.value as before
  from noted, pg_catalog.jsonb_each(noted.state -> 'tables') e
),
tracked_functions as (
  select e.key::oid as oid, e.value as before
  from noted, pg_catalog.jsonb_each(noted.state -> 'functions') e
),${STATES},
differences as (
  select nullif(pg_catalog.jsonb_build_object(
    'tables', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('before', t.before, 'after', s.state) order by t.oid)
      from tracked_tables t left join table_states s on s.oid = t.oid
      where s.state is distinct from t.before
    ),
    'functions', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('before', f.before, 'after', s.state) order by f.oid)
      from tracked_functions f left join function_states s on s.oid = f.oid
      where s.state is distinct from f.before
    ),
    'lost', noted.state is null
  ), '{"tables": null, "functions": null, "lost": false}') as list
  from noted
)`;

/** Gives one text: how the state differs from the noted one, as JSON for `readDifference`; NULL when it does not. */
export const DIFFERENCE_SQL = `${DIFFERENCE}
select list::text from differences`;

/** Fails, with the difference in its message for `differenceIn`, unless that is the JSON `$1`; NULL for none. */
export const CHECK_SQL = `${DIFFERENCE}
select case when list is distinct from $1::jsonb then ('${MARK}' || coalesce(list::text, '') || '${MARK}')::int end from differences`;

/** The difference that a message of `CHECK_SQL` carries, null for none; undefined when it is another message. */
export function differenceIn(message: string): string | null | undefined {
  const begin = message.indexOf(MARK);
  const end = message.lastIndexOf(MARK);
  if (begin < 0 || end <= begin) return undefined;
  return message.slice(begin + MARK.length, end) || null;
}
