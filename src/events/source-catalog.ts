// The tables of `hdb_catalog` that a source has for its event triggers, as a Hasura v2 source of catalog version 3 has them,
// so that either can take the source over from the other.

/** The version of the tables of a source. */
export const SOURCE_CATALOG_VERSION = '3';

/** What the catalogs of sources and of the metadata database have in common. */
export const CREATE_HDB_CATALOG: readonly string[] = [
  `create schema if not exists hdb_catalog`,
  `create or replace function hdb_catalog.gen_hasura_uuid() returns uuid language sql as
     $$ select gen_random_uuid() $$`,
];

/**
 * Events that nobody has claimed, by trigger: without it, each look for due ones reads all events of a trigger, delivered
 * ones too. Hasura has no such index, and none of its statements minds it.
 */
function createDueIndex(how: string): string {
  return `create index ${how} if not exists hedge_event_log_due on hdb_catalog.event_log
     (trigger_name, next_retry_at nulls first, created_at)
     where delivered = false and error = false and archived = false and locked is null`;
}

/** Makes the index where a catalog of Hasura has none; writers go on meanwhile. It runs outside of a transaction. */
export const ADD_DUE_INDEX = createDueIndex('concurrently');

/** Statements that make the catalog of a source where there is none; run in one transaction. */
export const CREATE_SOURCE_CATALOG: readonly string[] = [
  ...CREATE_HDB_CATALOG,
  `create table if not exists hdb_catalog.hdb_source_catalog_version (
     version text not null,
     upgraded_on timestamptz not null
   )`,
  `create unique index if not exists hdb_source_catalog_version_one_row
     on hdb_catalog.hdb_source_catalog_version ((version is not null))`,
  `insert into hdb_catalog.hdb_source_catalog_version (version, upgraded_on)
     select '${SOURCE_CATALOG_VERSION}', now()
     where not exists (select from hdb_catalog.hdb_source_catalog_version)`,
  `create table if not exists hdb_catalog.event_log (
     id text default hdb_catalog.gen_hasura_uuid() primary key,
     schema_name text not null,
     table_name text not null,
     trigger_name text not null,
     payload jsonb not null,
     delivered boolean not null default false,
     error boolean not null default false,
     tries integer not null default 0,
     created_at timestamp default now(),
     locked timestamptz,
     next_retry_at timestamp,
     archived boolean not null default false
   )`,
  `create index if not exists event_log_trigger_name_idx on hdb_catalog.event_log (trigger_name)`,
  `create index if not exists event_log_fetch_events on hdb_catalog.event_log
     (locked nulls first, next_retry_at nulls first, created_at)
     where delivered = false and error = false and archived = false`,
  createDueIndex(''),
  `create table if not exists hdb_catalog.event_invocation_logs (
     id text default hdb_catalog.gen_hasura_uuid() primary key,
     trigger_name text,
     event_id text,
     status integer,
     request json,
     response json,
     created_at timestamp default now()
   )`,
  `create index if not exists event_invocation_logs_event_id_idx on hdb_catalog.event_invocation_logs (event_id)`,
  `create table if not exists hdb_catalog.hdb_event_log_cleanups (
     id text default hdb_catalog.gen_hasura_uuid() primary key,
     trigger_name text not null,
     scheduled_at timestamp not null,
     deleted_event_logs integer,
     deleted_event_invocation_logs integer,
     status text not null check (status in ('scheduled', 'paused', 'completed', 'dead')),
     unique (trigger_name, scheduled_at)
   )`,
  `create or replace function hdb_catalog.insert_event_log
     (schema_name text, table_name text, trigger_name text, op text, row_data json) returns text
     language plpgsql as $$
     declare
       id text;
       payload json;
       session_variables json;
       trace_context json;
     begin
       id := gen_random_uuid();
       session_variables := nullif(current_setting('hasura.user', true), '')::json;
       trace_context := nullif(current_setting('hasura.tracecontext', true), '')::json;
       payload := json_build_object(
         'op', op, 'data', row_data,
         'session_variables', session_variables, 'trace_context', trace_context);
       insert into hdb_catalog.event_log (id, schema_name, table_name, trigger_name, payload)
         values (id, schema_name, table_name, trigger_name, payload);
       return id;
     end
     $$`,
];
