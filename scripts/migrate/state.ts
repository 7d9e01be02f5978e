// Which migrations a database has: Hasura's own record, in hdb_catalog.hdb_version.cli_state.

import { drizzle } from 'drizzle-orm/node-postgres';
import type { Client } from 'pg';

import { hdbVersion } from '../../src/metadata-api/store/hdb-catalog.ts';
import { UserError } from '../database/user-error.ts';

const CREATE = `
create schema if not exists hdb_catalog;
create table if not exists hdb_catalog.hdb_version (
  hasura_uuid uuid primary key default gen_random_uuid(),
  version text not null,
  upgraded_on timestamptz not null,
  cli_state jsonb not null default '{}'::jsonb,
  console_state jsonb not null default '{}'::jsonb,
  ee_client_id text,
  ee_client_secret text
);
create unique index if not exists hdb_version_one_row on hdb_catalog.hdb_version ((version is not null));
insert into hdb_catalog.hdb_version (version, upgraded_on)
  select '48', now() where not exists (select from hdb_catalog.hdb_version);`;

/** What the CLI keeps: by database, the versions applied, with whether one was left dirty. */
interface CliState {
  readonly settings?: Readonly<Record<string, string>>;
  readonly migrations?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly isStateCopyCompleted?: boolean;
}

/** Makes the record where there is none. */
export async function prepareState(client: Client): Promise<void> {
  await client.query(CREATE);
}

/**
 * Versions applied to a database of the project; the older record in schema_migrations counts too.
 * @throws UserError when Hasura's CLI left one dirty: nobody knows how much of it is in the database.
 */
export async function appliedVersions(client: Client, database: string): Promise<ReadonlySet<string>> {
  const state = await readState(client);
  const versions = new Map(Object.entries(state.migrations?.[database] ?? {}));
  const legacy = await client.query<{ readonly found: boolean }>(
    `select to_regclass('hdb_catalog.schema_migrations') is not null as found`,
  );
  if (legacy.rows[0]?.found && state.isStateCopyCompleted !== true) {
    const { rows } = await client.query<{ readonly version: string; readonly dirty: boolean }>(
      'select version::text, dirty is true as dirty from hdb_catalog.schema_migrations',
    );
    for (const row of rows) if (!versions.has(row.version)) versions.set(row.version, row.dirty);
  }
  for (const [version, isDirty] of versions) {
    if (!isDirty) continue;
    throw new UserError(
      `The migration ${version} of ${database} is recorded as dirty, that is, begun and not ended. Bring the database to ` +
        'where it leads, then set the version to false in cli_state of hdb_catalog.hdb_version.',
    );
  }
  return new Set(versions.keys());
}

/** Records a version; part of the transaction that `client` is in. */
export async function recordVersion(client: Client, database: string, version: string): Promise<void> {
  const state = await readState(client);
  const next: CliState = {
    ...state,
    settings: { migration_mode: 'true', ...state.settings },
    migrations: { ...state.migrations, [database]: { ...state.migrations?.[database], [version]: false } },
    isStateCopyCompleted: state.isStateCopyCompleted ?? false,
  };
  await drizzle(client).update(hdbVersion).set({ cli_state: next });
}

async function readState(client: Client): Promise<CliState> {
  const [row] = await drizzle(client).select({ state: hdbVersion.cli_state }).from(hdbVersion);
  return row?.state ?? {};
}
