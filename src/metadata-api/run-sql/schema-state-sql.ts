// The statements that stand around the SQL of a user in its transaction: one notes how the tracked tables and functions
// are, the other tells which of them are not so any more. Both go by oid and column number, so that they follow renames.
//
// The note is kept in a setting of the transaction: it never leaves the database, and is gone with the transaction. It is
// JSON compared as text, its columns collected by a subquery per table: with 1,000 tables jsonb took twice as long, and
// joins, which the planner laid out for one table, half a minute.

const SETTING = 'hedge.schema_state';

/** Begins and ends the difference in the message of the error that `CHECK_SQL` raises, in whatever language it comes. */
const MARK = 'hedge-difference:';

/**
 * The state of table `c` in schema `n`. Of what was noted before (`t.natts`, `t.keys`; null while it is being noted) only
 * the columns and foreign keys of then are looked at: new ones break nothing, and a key that is gone and was made again
 * is the same for a relationship, which names columns.
 */
const TABLE_STATE = `pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'natts', coalesce(t.natts, c.relnatts),
    'columns', (
      select pg_catalog.json_build_object(
        'numbers', pg_catalog.array_agg(l.attnum), 'names', pg_catalog.array_agg(l.attname), 'types', pg_catalog.array_agg(l.typname)
      )
      from (
        select a.attnum, a.attname, y.typname
        from pg_catalog.pg_attribute a
        join pg_catalog.pg_type y on y.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum between 1 and coalesce(t.natts, c.relnatts) and not a.attisdropped
        order by a.attnum
      ) l
    ),
    'foreignKeys', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('key', k.key, 'schema', k.schema, 'name', k.name))
      from (
        select distinct rn.nspname as schema, r.relname as name, f.confrelid || ':' ||
          pg_catalog.array_to_string(f.conkey, ',') || '>' || pg_catalog.array_to_string(f.confkey, ',') as key
        from pg_catalog.pg_constraint f
        join pg_catalog.pg_class r on r.oid = f.confrelid
        join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
        where f.conrelid = c.oid and f.contype = 'f'
        order by key
      ) k
      where t.keys is null or k.key = any(t.keys)
    )
  )`;

/** The state of function `p` in schema `n`. */
const FUNCTION_STATE = `pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'volatility', p.provolatile,
    'overloads', (
      select pg_catalog.count(*) from pg_catalog.pg_proc o
      where o.proname = p.proname and o.pronamespace = p.pronamespace and o.prokind = 'f'
    )
  )`;

/**
 * Notes the state. `$1`: `{"tables": [[schema, name], …], "functions": [[schema, name], …]}`, each name once. What is not
 * there is not noted.
 */
export const NOTE_SQL = `with
table_states as (
  select c.oid, ${TABLE_STATE} as state
  from (
    select item, null::int2 as natts, null::text[] as keys from pg_catalog.json_array_elements($1::json -> 'tables') item
  ) t
  join pg_catalog.pg_namespace n on n.nspname = t.item ->> 0
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.item ->> 1
  where c.relkind in ('r', 'v', 'm', 'p', 'f')
),
function_states as (
  select p.oid, ${FUNCTION_STATE} as state
  from pg_catalog.json_array_elements($1::json -> 'functions') f
  join pg_catalog.pg_namespace n on n.nspname = f ->> 0
  join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = f ->> 1 and p.prokind = 'f'
)
select pg_catalog.length(pg_catalog.set_config('${SETTING}', pg_catalog.json_build_object(
  'tables', (select pg_catalog.json_object_agg(oid, state) from table_states),
  'functions', (select pg_catalog.json_object_agg(oid, state) from function_states)
)::text, true))`;

/** Of the tables or functions, JSON of those that are not as they were. */
const changedSql = (states: string): string => `(
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('before', before, 'after', after) order by oid)
      from ${states} where after::text is distinct from before::text
    )`;

const DIFFERENCE = `with
noted as (select nullif(pg_catalog.current_setting('${SETTING}', true), '')::json as state),
table_states as (
  select t.oid, t.before, case when c.oid is not null then ${TABLE_STATE} end as after
  from (
    select e.key::oid as oid, e.value as before, (e.value ->> 'natts')::int2 as natts, array(
      select k ->> 'key' from pg_catalog.json_array_elements(nullif(e.value ->> 'foreignKeys', '')::json) k
    ) as keys
    from noted, pg_catalog.json_each(nullif(noted.state ->> 'tables', '')::json) e
  ) t
  left join pg_catalog.pg_class c on c.oid = t.oid
  left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
),
function_states as (
  select f.oid, f.before, case when p.oid is not null then ${FUNCTION_STATE} end as after
  from (
    select e.key::oid as oid, e.value as before
    from noted, pg_catalog.json_each(nullif(noted.state ->> 'functions', '')::json) e
  ) f
  left join pg_catalog.pg_proc p on p.oid = f.oid
  left join pg_catalog.pg_namespace n on n.oid = p.pronamespace
),
differences as (
  select nullif(
    pg_catalog.jsonb_build_object(
      'tables', ${changedSql('table_states')},
      'functions', ${changedSql('function_states')},
      'lost', noted.state is null
    ),
    '{"tables": null, "functions": null, "lost": false}'
  ) as list
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
