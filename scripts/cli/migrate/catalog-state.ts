// The server's record of what the CLI did (`get_catalog_state`) -> the versions each database has, and changes of them.

import { UserError } from '../../database/user-error.ts';
import type { Server } from '../server/server.ts';

/** What Hasura's CLI keeps in `cli_state`: by database, the versions applied, with whether one was left dirty. */
interface CliState {
  readonly settings?: Readonly<Record<string, string>>;
  readonly migrations?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly isStateCopyCompleted?: boolean;
}

/** The record of one database of the project. */
export interface MigrationRecord {
  /** @throws UserError when a version was begun and not ended: nobody knows how much of it is in the database. */
  applied(): Promise<ReadonlySet<string>>;
  /** `dirty` while its file runs, `done` after it, `absent` when it is not, or no longer, applied. */
  set(version: string, mark: 'dirty' | 'done' | 'absent'): Promise<void>;
}

/** Where Hasura's CLI kept its record before there was a catalog state; of the source `default` only. */
const LEGACY_SQL = `select version::text, (dirty is true)::text from hdb_catalog.schema_migrations`;
const LEGACY_DATABASE = 'default';

/** The state is read again before each change, as other commands may write to it. */
export function migrationRecord(server: Server, database: string): MigrationRecord {
  const load = async (): Promise<{ readonly state: CliState; readonly versions: Map<string, boolean> }> => {
    const answer = await server.metadata({ type: 'get_catalog_state', args: {} });
    const state = ((answer as { readonly cli_state?: unknown } | null)?.cli_state ?? {}) as CliState;
    const versions = new Map(Object.entries(state.migrations?.[database] ?? {}));
    if (database !== LEGACY_DATABASE || state.isStateCopyCompleted === true) return { state, versions };
    const legacy = await legacyVersions(server);
    if (legacy.length === 0) return { state, versions };
    for (const [version, isDirty] of legacy) if (!versions.has(version)) versions.set(version, isDirty);
    return { state: { ...state, isStateCopyCompleted: true }, versions };
  };
  return {
    async applied() {
      const { versions } = await load();
      for (const [version, isDirty] of versions) {
        if (!isDirty) continue;
        throw new UserError(
          `The migration ${version} of ${database} is recorded as dirty, that is, begun and not ended. Bring the database to ` +
            'where it leads, or back, and then forget the mark: ' +
            `hedge migrate delete --version ${version} --server --database-name ${database}`,
        );
      }
      return new Set(versions.keys());
    },
    async set(version, mark) {
      const { state, versions } = await load();
      if (mark === 'absent') versions.delete(version);
      else versions.set(version, mark === 'dirty');
      const next: CliState = {
        ...state,
        settings: { migration_mode: 'true', ...state.settings },
        migrations: { ...state.migrations, [database]: Object.fromEntries(versions) },
        isStateCopyCompleted: state.isStateCopyCompleted ?? false,
      };
      await server.metadata({ type: 'set_catalog_state', args: { type: 'cli', state: next } });
    },
  };
}

async function legacyVersions(server: Server): Promise<readonly (readonly [string, boolean])[]> {
  const ask = async (sql: string): Promise<readonly (readonly string[])[]> => {
    const answer = await server.query({
      type: 'run_sql',
      args: { sql, source: LEGACY_DATABASE, read_only: true },
    });
    return (answer as { readonly result: readonly (readonly string[])[] | null }).result?.slice(1) ?? [];
  };
  const found = await ask(`select to_regclass('hdb_catalog.schema_migrations') is not null`);
  if (!(found[0]?.[0] ?? '').startsWith('t')) return [];
  return (await ask(LEGACY_SQL)).map(([version = '', isDirty = '']) => [version, isDirty.startsWith('t')]);
}
