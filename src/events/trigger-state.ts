// Names of functions -> what a database has of them and of their triggers, and whether it has the tables of events at all.

import * as v from 'valibot';

import type { Database } from '../execute/types.ts';
import { must } from '../util/assert.ts';
import { SOURCE_CATALOG_VERSION } from './source-catalog.ts';

export interface TriggerState {
  readonly catalog: CatalogState;
  /** By name; those that are there. */
  readonly functions: ReadonlyMap<string, FunctionState>;
}

/** `foreign`: tables of a Hasura version whose tables we do not know. */
export type CatalogState = 'missing' | 'ready' | 'foreign';

export interface FunctionState {
  readonly body: string;
  /** Whether our role may replace it. */
  readonly isOurs: boolean;
  readonly triggers: readonly {
    readonly name: string;
    readonly schema: string;
    readonly table: string;
    /** Fires for what replication writes, too. */
    readonly isAlways: boolean;
  }[];
}

/** Triggers of partitions come and go with the one of their table. `$1`: a JSON list of names. */
const STATE_SQL = `select pg_catalog.json_build_object(
  'versions', pg_catalog.to_regclass('hdb_catalog.hdb_source_catalog_version') is not null,
  'events', pg_catalog.to_regclass('hdb_catalog.event_log') is not null,
  'functions', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', p.proname,
      'body', p.prosrc,
      'isOurs', pg_catalog.pg_has_role(p.proowner, 'usage'),
      'triggers', (
        select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'name', t.tgname, 'schema', tn.nspname, 'table', c.relname, 'isAlways', t.tgenabled = 'A'
        )), '[]')
        from pg_catalog.pg_trigger t
        join pg_catalog.pg_class c on c.oid = t.tgrelid
        join pg_catalog.pg_namespace tn on tn.oid = c.relnamespace
        where t.tgfoid = p.oid and not t.tgisinternal and t.tgparentid = 0
      )
    )), '[]')
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'hdb_catalog' and p.pronargs = 0
      and p.proname in (select pg_catalog.json_array_elements_text($1::json))
  )
)::text`;

const VERSION_SQL = 'select version from hdb_catalog.hdb_source_catalog_version';

const stateSchema = v.object({
  versions: v.boolean(),
  events: v.boolean(),
  functions: v.array(
    v.object({
      name: v.string(),
      body: v.string(),
      isOurs: v.boolean(),
      triggers: v.array(
        v.object({ name: v.string(), schema: v.string(), table: v.string(), isAlways: v.boolean() }),
      ),
    }),
  ),
});

/** Asks a database. @throws NeonError */
export async function readTriggerState(database: Database, names: readonly string[]): Promise<TriggerState> {
  const { rows } = await database.query({ sql: STATE_SQL, parameters: [JSON.stringify(names)] });
  const text = must(rows[0]?.[0], 'the statement about triggers gives a text');
  const { versions, events, functions } = v.parse(stateSchema, JSON.parse(text));
  return {
    catalog: await catalogState(database, { versions, events }),
    functions: new Map(functions.map(({ name, ...state }) => [name, state])),
  };
}

async function catalogState(
  database: Database,
  { versions, events }: { readonly versions: boolean; readonly events: boolean },
): Promise<CatalogState> {
  if (!versions) return events ? 'foreign' : 'missing';
  const { rows } = await database.query({ sql: VERSION_SQL, parameters: [] });
  if (rows.length === 0) return 'missing';
  return rows[0]?.[0] === SOURCE_CATALOG_VERSION ? 'ready' : 'foreign';
}
