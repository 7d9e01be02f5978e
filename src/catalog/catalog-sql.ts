// The one SELECT that describes a database, for Postgres 14 to 18: a common table expression per kind of object, each
// aggregated once by its owner, so that a thousand tables cost hash joins and no query per table.

/**
 * Schemas that are the user's: Postgres reserves names that begin with `pg_` (temporary tables live in `pg_temp_N`),
 * and Hasura keeps its own objects in hdb_catalog.
 */
const USER_NAMESPACES = `
user_namespaces as (
  select n.oid, n.nspname as schema
  from pg_catalog.pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'hdb_catalog', 'hdb_views')
)`;

/**
 * Tables, views, materialised views, partitioned and foreign tables; a partition is a table like any other. Tables can
 * always be written to (bits 2, 3 and 4): asking would open each of them, a fifth of the statement's time.
 */
const RELATIONS = `
relations as (
  select c.oid, n.schema, c.relname as name, c.relkind as kind,
    c.relkind = 'r' and not c.relrowsecurity and not c.relhasrules as plain,
    case when c.relkind in ('r', 'p') then 28
      else pg_catalog.pg_relation_is_updatable(c.oid::pg_catalog.regclass, true) end as updatable
  from pg_catalog.pg_class c
  join user_namespaces n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'p', 'f')
)`;

/** Types by oid, arrays with their element's name, so that columns and arguments need to name only an oid. */
const TYPES = `
type_list as (
  select pg_catalog.json_agg(pg_catalog.json_build_array(
    t.oid::bigint, n.nspname, coalesce(e.typname, t.typname), coalesce(e.typtype, t.typtype), e.oid is not null
  )) as list
  from pg_catalog.pg_type t
  left join pg_catalog.pg_type e on e.typarray = t.oid
  join pg_catalog.pg_namespace n on n.oid = coalesce(e.typnamespace, t.typnamespace)
  where n.nspname !~ '^pg_(toast|temp)'
)`;

/**
 * Columns by table. A column is nullable unless it, or its domain, forbids null; a NOT NULL constraint that was never
 * validated (Postgres 18) does not count, for rows from before it may still hold null.
 */
const COLUMNS = `
unproven_not_null as (
  select conrelid, conkey[1] as attnum
  from pg_catalog.pg_constraint
  where contype = 'n' and not convalidated
),
column_lists as (
  select a.attrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', a.attname,
    'position', a.attnum,
    'type', a.atttypid::bigint,
    'nullable', not ((a.attnotnull and u.attnum is null) or (t.typtype = 'd' and t.typnotnull)),
    'hasDefault', a.atthasdef and a.attgenerated = '',
    'generated', a.attgenerated <> '',
    'identity', nullif(a.attidentity, ''),
    'comment', d.description
  )) as list
  from pg_catalog.pg_attribute a
  join relations r on r.oid = a.attrelid
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join unproven_not_null u on u.conrelid = a.attrelid and u.attnum = a.attnum
  left join pg_catalog.pg_description d
    on d.objoid = a.attrelid and d.objsubid = a.attnum and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
  where a.attnum > 0 and not a.attisdropped
  group by a.attrelid
)`;

/**
 * Primary and unique keys by table: indexes over plain columns of all rows, INCLUDEd columns left out, under their
 * constraint's name where they have one.
 */
const KEYS = `
key_lists as (
  select i.indrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', coalesce(k.conname, c.relname),
    'primary', i.indisprimary,
    'columns', (i.indkey::int2[])[0:i.indnkeyatts - 1]
  )) as list
  from pg_catalog.pg_index i
  join relations r on r.oid = i.indrelid
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  left join pg_catalog.pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u')
  where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
  group by i.indrelid
)`;

/**
 * Foreign keys by table. A key that references a partitioned table has a copy per partition, owned by the same table:
 * those are left out, while the copies that partitions of the referencing table inherit are kept.
 */
const FOREIGN_KEYS = `
foreign_key_lists as (
  select k.conrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', k.conname,
    'columns', k.conkey,
    'referenced', k.confrelid::bigint,
    'referencedColumns', k.confkey
  )) as list
  from pg_catalog.pg_constraint k
  join relations r on r.oid = k.conrelid
  left join pg_catalog.pg_constraint parent on parent.oid = k.conparentid
  where k.contype = 'f' and parent.conrelid is distinct from k.conrelid
  group by k.conrelid
)`;

/**
 * Tables that run functions of the user when a row is inserted. Postgres notes no dependency on its own functions, and those
 * of extensions read no tables of the user's.
 */
const OWN_CODE = `
own_functions as (
  select d.classid, d.objid
  from pg_catalog.pg_depend d
  where d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    and d.classid in ('pg_catalog.pg_constraint'::pg_catalog.regclass, 'pg_catalog.pg_attrdef'::pg_catalog.regclass)
    and not exists (
      select from pg_catalog.pg_depend e
      where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = d.refobjid and e.deptype = 'e'
    )
),
own_code as (
  select tgrelid as oid from pg_catalog.pg_trigger where not tgisinternal and tgname !~ '^notify_hasura_'
  union
  select k.conrelid from own_functions f join pg_catalog.pg_constraint k on k.oid = f.objid
  where f.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
  union
  select a.adrelid from own_functions f join pg_catalog.pg_attrdef a on a.oid = f.objid
  where f.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
  union
  select a.attrelid from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
  where t.typtype = 'd' and a.attnum > 0 and not a.attisdropped
)`;

const TABLES = `
table_list as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'oid', r.oid::bigint,
    'schema', r.schema,
    'name', r.name,
    'kind', r.kind,
    'updatable', r.updatable,
    'unseen', case when r.plain then case when o.oid is null then 'nothing' else 'functions' end end,
    'comment', d.description,
    'columns', c.list,
    'keys', k.list,
    'foreignKeys', f.list
  )) as list
  from relations r
  left join column_lists c on c.attrelid = r.oid
  left join own_code o on o.oid = r.oid
  left join key_lists k on k.indrelid = r.oid
  left join foreign_key_lists f on f.conrelid = r.oid
  left join pg_catalog.pg_description d
    on d.objoid = r.oid and d.objsubid = 0 and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
)`;

/** Functions a user wrote: those an extension brought along are left out. Modes and names are null when all are IN. */
const FUNCTIONS = `
function_list as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', n.schema,
    'name', p.proname,
    'kind', p.prokind,
    'volatility', p.provolatile,
    'returnsSet', p.proretset,
    'returns', p.prorettype::bigint,
    'types', coalesce(p.proallargtypes, p.proargtypes::oid[])::bigint[],
    'modes', p.proargmodes,
    'names', p.proargnames,
    'defaults', p.pronargdefaults,
    'variadic', p.provariadic <> 0,
    'comment', d.description
  )) as list
  from pg_catalog.pg_proc p
  join user_namespaces n on n.oid = p.pronamespace
  left join pg_catalog.pg_description d
    on d.objoid = p.oid and d.objsubid = 0 and d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  where not exists (
    select from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid and e.deptype = 'e'
  )
)`;

/** Enums, domains and stand-alone composite types. */
const USER_TYPES = `
enum_list as (
  select pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.schema, 'name', t.typname, 'values', v.list)) as list
  from pg_catalog.pg_type t
  join user_namespaces n on n.oid = t.typnamespace
  join (
    select enumtypid, pg_catalog.json_agg(enumlabel order by enumsortorder) as list
    from pg_catalog.pg_enum
    group by enumtypid
  ) v on v.enumtypid = t.oid
  where t.typtype = 'e'
),
domain_list as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', n.schema, 'name', t.typname, 'base', t.typbasetype::bigint, 'notNull', t.typnotnull
  )) as list
  from pg_catalog.pg_type t
  join user_namespaces n on n.oid = t.typnamespace
  where t.typtype = 'd'
),
composite_list as (
  select pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.schema, 'name', c.relname, 'fields', f.list)) as list
  from pg_catalog.pg_class c
  join user_namespaces n on n.oid = c.relnamespace
  left join (
    select attrelid,
      pg_catalog.json_agg(pg_catalog.json_build_object('name', attname, 'type', atttypid::bigint) order by attnum) as list
    from pg_catalog.pg_attribute
    where attnum > 0 and not attisdropped
    group by attrelid
  ) f on f.attrelid = c.oid
  where c.relkind = 'c'
)`;

/** Gives one row with one column: the text of the JSON document that `raw-catalog.ts` describes. */
export const CATALOG_SQL = `with ${[
  USER_NAMESPACES,
  RELATIONS,
  TYPES,
  COLUMNS,
  KEYS,
  FOREIGN_KEYS,
  OWN_CODE,
  TABLES,
  FUNCTIONS,
  USER_TYPES,
].join(',')}
select pg_catalog.json_build_object(
  'serverVersion', pg_catalog.current_setting('server_version_num')::int,
  'types', (select list from type_list),
  'tables', (select list from table_list),
  'functions', (select list from function_list),
  'enums', (select list from enum_list),
  'domains', (select list from domain_list),
  'composites', (select list from composite_list)
)::text as catalog`;
