// `hedge migrate apply`: files of migrations -> run by the server, one `run_sql` each, and recorded in its catalog state.

import { readFile } from 'node:fs/promises';

import { UserError } from '../../database/user-error.ts';
import { readMigrationFiles, shown } from '../../migrate/migration-files.ts';
import { createProgress, type Progress } from '../progress.ts';
import { connectProject } from '../server/connect.ts';
import type { ServerFlags } from '../server/flags.ts';
import { type Server, ServerError } from '../server/server.ts';
import { tableText } from '../server/table.ts';
import { migrationRecord } from './catalog-state.ts';
import { chosenDatabases, type DatabaseFlags, type MigratedDatabase } from './databases.ts';
import { migrationSteps, type Step, type StepFlags } from './steps.ts';

export interface ApplyFlags extends ServerFlags, DatabaseFlags, StepFlags {
  readonly skipExecution?: boolean;
  readonly dryRun?: boolean;
  /** False with `--no-transaction`. */
  readonly transaction?: boolean;
}

/** Applies to each chosen database. @throws UserError naming the file that failed; those before it stay applied. */
export async function applyMigrations(flags: ApplyFlags): Promise<void> {
  const { project, server } = await connectProject(flags);
  const progress = createProgress();
  const databases = await chosenDatabases(flags, server, project);
  if (databases.length === 0) progress.note(`There are no migrations in ${shown(project.migrationsDir)}.`);
  for (const database of databases) await applyTo(database, { server, progress, flags });
}

async function applyTo(
  database: MigratedDatabase,
  {
    server,
    progress,
    flags,
  }: { readonly server: Server; readonly progress: Progress; readonly flags: ApplyFlags },
): Promise<void> {
  const record = migrationRecord(server, database.name);
  const steps = migrationSteps(readMigrationFiles(database.folder), await record.applied(), flags);
  if (steps.length === 0) {
    progress.note(`Nothing to apply on database ${database.name}.`);
    return;
  }
  if (flags.dryRun === true) {
    const rows = steps.map(({ version, name, direction }) => [version, name, direction]);
    console.log(tableText([['VERSION', 'NAME', 'TYPE'], ...rows]));
    return;
  }
  await progress.step(`Applying migrations on database ${database.name}`, async (detail) => {
    for (const step of steps) {
      detail(`${step.name} ${step.direction}`);
      if (flags.skipExecution !== true) {
        const sql = await sqlOf(step, database);
        await record.set(step.version, 'dirty');
        await run(step, sql, {
          server,
          source: database.name,
          transaction: flags.transaction !== false,
          // The server did none of it: the version is what it was before.
          failed: () => record.set(step.version, step.direction === 'up' ? 'absent' : 'done'),
        });
      }
      await record.set(step.version, step.direction === 'up' ? 'done' : 'absent');
    }
    detail(`${steps.length} ${flags.skipExecution === true ? 'marked' : 'applied'}`);
  });
}

async function sqlOf({ file, name, direction }: Step, { folder }: MigratedDatabase): Promise<string> {
  if (file === null)
    throw new UserError(`${shown(folder)}/${name}: there is no ${direction}.sql in this migration.`);
  return await readFile(file, 'utf8');
}

interface RunOptions {
  readonly server: Server;
  readonly source: string;
  readonly transaction: boolean;
  readonly failed: () => Promise<void>;
}

async function run(step: Step, sql: string, options: RunOptions): Promise<void> {
  if (sql.trim() === '') return;
  try {
    await options.server.query({
      type: 'run_sql',
      args: {
        source: options.source,
        sql,
        // The metadata of the project follows its migrations: it is not to stand in their way.
        check_metadata_consistency: false,
        ...(options.transaction ? {} : { no_transaction: true }),
      },
    });
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    await options.failed();
    throw new UserError(`${shown(step.file ?? step.name)}: ${sqlFailure(error)}`, { cause: error });
  }
}

/** Postgres' own words, where the server passes them on. */
function sqlFailure(error: ServerError): string {
  const { error: fields } = (error.internal ?? {}) as { readonly error?: unknown };
  const { message, status_code, description, hint } = (fields ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof message !== 'string') return error.message;
  const more = [description, hint].filter((text) => typeof text === 'string').map((text) => `\n  ${text}`);
  return `${message} (${String(status_code)})${more.join('')}`;
}
