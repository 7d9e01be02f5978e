// The tables of `hdb_catalog`, as a Hasura v2 database of catalog version 48 has them, so that either can take the
// database over from the other. `hedge_artifact` is the one table of our own.

import { sql } from 'drizzle-orm';
import { integer, json, jsonb, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

import { CREATE_HDB_CATALOG } from '../../events/source-catalog.ts';

/** The version of Hasura's catalog that is read and written. */
export const CATALOG_VERSION = '48';

const hdbCatalog = pgSchema('hdb_catalog');

export const hdbVersion = hdbCatalog.table('hdb_version', {
  hasura_uuid: uuid()
    .primaryKey()
    .default(sql`hdb_catalog.gen_hasura_uuid()`),
  version: text().notNull(),
  upgraded_on: timestamp({ withTimezone: true }).notNull(),
  cli_state: jsonb().notNull().default({}),
  console_state: jsonb().notNull().default({}),
  ee_client_id: text(),
  ee_client_secret: text(),
});

export const hdbMetadata = hdbCatalog.table('hdb_metadata', {
  id: integer().primaryKey(),
  metadata: json().notNull(),
  resource_version: integer().notNull().default(1),
});

/** Tells other instances, Hasura's too, that the metadata has another version. */
export const hdbSchemaNotifications = hdbCatalog.table('hdb_schema_notifications', {
  id: integer().primaryKey(),
  notification: json().notNull(),
  resource_version: integer().notNull().default(1),
  instance_id: uuid().notNull(),
  updated_at: timestamp({ withTimezone: true }).defaultNow(),
});

/** What was compiled from a version of the metadata; `format` tells by which compiler, under which options. */
export const hedgeArtifact = hdbCatalog.table(
  'hedge_artifact',
  {
    resource_version: integer().notNull(),
    format: text().notNull(),
    artifact: text().notNull(),
    compiled_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.resource_version, table.format] })],
);

const EVENT_STATUS = `check (status in ('scheduled', 'locked', 'delivered', 'error', 'dead'))`;

/** Statements that make the catalog of the metadata database where there is none; run in one transaction. */
export const CREATE_METADATA_CATALOG: readonly string[] = [
  ...CREATE_HDB_CATALOG,
  `create table if not exists hdb_catalog.hdb_version (
     hasura_uuid uuid primary key default hdb_catalog.gen_hasura_uuid(),
     version text not null,
     upgraded_on timestamptz not null,
     cli_state jsonb not null default '{}'::jsonb,
     console_state jsonb not null default '{}'::jsonb,
     ee_client_id text,
     ee_client_secret text
   )`,
  `create unique index if not exists hdb_version_one_row on hdb_catalog.hdb_version ((version is not null))`,
  `insert into hdb_catalog.hdb_version (version, upgraded_on)
     select '${CATALOG_VERSION}', now() where not exists (select from hdb_catalog.hdb_version)`,
  `create table if not exists hdb_catalog.hdb_metadata (
     id integer primary key,
     metadata json not null,
     resource_version integer not null default 1 unique
   )`,
  `create table if not exists hdb_catalog.hdb_schema_notifications (
     id integer primary key check (id = 1),
     notification json not null,
     resource_version integer not null default 1,
     instance_id uuid not null,
     updated_at timestamptz default now()
   )`,
  `create table if not exists hdb_catalog.hdb_action_log (
     id uuid primary key default hdb_catalog.gen_hasura_uuid(),
     action_name text,
     input_payload jsonb not null,
     request_headers jsonb not null,
     session_variables jsonb not null,
     response_payload jsonb,
     errors jsonb,
     created_at timestamptz not null default now(),
     response_received_at timestamptz,
     status text not null check (status in ('created', 'processing', 'completed', 'error'))
   )`,
  `create table if not exists hdb_catalog.hdb_cron_events (
     id text default hdb_catalog.gen_hasura_uuid() primary key,
     trigger_name text not null,
     scheduled_time timestamptz not null,
     status text not null default 'scheduled',
     tries integer not null default 0,
     created_at timestamp default now(),
     next_retry_at timestamptz,
     constraint valid_status ${EVENT_STATUS}
   )`,
  `create index if not exists hdb_cron_event_status on hdb_catalog.hdb_cron_events (status)`,
  `create unique index if not exists hdb_cron_events_unique_scheduled on hdb_catalog.hdb_cron_events
     (trigger_name, scheduled_time) where status = 'scheduled'`,
  invocationLogs('hdb_cron_event_invocation_logs', 'hdb_cron_events'),
  `create index if not exists hdb_cron_event_invocation_event_id
     on hdb_catalog.hdb_cron_event_invocation_logs (event_id)`,
  `create table if not exists hdb_catalog.hdb_scheduled_events (
     id text default hdb_catalog.gen_hasura_uuid() primary key,
     webhook_conf json not null,
     scheduled_time timestamptz not null,
     retry_conf json,
     payload json,
     header_conf json,
     status text not null default 'scheduled',
     tries integer not null default 0,
     created_at timestamp default now(),
     next_retry_at timestamptz,
     comment text,
     constraint valid_status ${EVENT_STATUS}
   )`,
  `create index if not exists hdb_scheduled_event_status on hdb_catalog.hdb_scheduled_events (status)`,
  invocationLogs('hdb_scheduled_event_invocation_logs', 'hdb_scheduled_events'),
  `create table if not exists hdb_catalog.hedge_artifact (
     resource_version integer not null,
     format text not null,
     artifact text not null,
     compiled_at timestamptz not null default now(),
     primary key (resource_version, format)
   )`,
];

function invocationLogs(name: string, events: string): string {
  return `create table if not exists hdb_catalog.${name} (
     id text default hdb_catalog.gen_hasura_uuid() primary key,
     event_id text references hdb_catalog.${events} (id) on update cascade on delete cascade,
     status integer,
     request json,
     response json,
     created_at timestamp default now()
   )`;
}
