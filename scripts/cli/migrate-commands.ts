// `hedge migrate …` as the command line shows it; the files of migrate/ do it.

import { Command } from 'commander';

import type { ApplyFlags } from './migrate/apply.ts';
import type { CreateFlags } from './migrate/create.ts';
import type { DatabaseFlags } from './migrate/databases.ts';
import type { DeleteFlags } from './migrate/delete.ts';
import type { SquashFlags } from './migrate/squash.ts';
import { type ServerFlags, withServerFlags } from './server/flags.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .summary('migrations of a project, on a running server')
    .description(
      "Migrations of a project, applied through a running server's API and recorded there, as by Hasura's CLI.",
    )
    .addCommand(apply())
    .addCommand(status())
    .addCommand(create())
    .addCommand(remove())
    .addCommand(squash());
}

function withDatabase(command: Command): Command {
  return withServerFlags(command).option(
    '--database-name <name>',
    'the database (source) it is about; not needed where there is only one',
  );
}

function apply(): Command {
  return withDatabase(new Command('apply'))
    .description(
      'Applies what is pending, or what the flags choose. Each file runs in a transaction of its own.',
    )
    .option('--all-databases', 'all databases of the server that have migrations in the project')
    .option('--up <number>', 'the next N pending ones, or all')
    .option('--down <number>', 'back by the last N applied ones, or all')
    .option('--goto <version>', 'up or down to this version')
    .option('--version <version>', 'this one only')
    .option('--type <type>', 'with --version: up or down', 'up')
    .option('--skip-execution', 'change the record only')
    .option('--dry-run', 'print what would be applied')
    .option(
      '--no-transaction',
      'run the statements without a transaction, as create index concurrently needs',
    )
    .action(async (flags: ApplyFlags) => await (await import('./migrate/apply.ts')).applyMigrations(flags));
}

function status(): Command {
  return withDatabase(new Command('status'))
    .description('Shows which migrations are in the project, and which in the database.')
    .option('--all-databases', 'all databases of the server that have migrations in the project')
    .action(
      async (flags: ServerFlags & DatabaseFlags) =>
        await (await import('./migrate/status.ts')).showStatus(flags),
    );
}

function create(): Command {
  return withDatabase(new Command('create'))
    .description('Makes the folder of a new migration, with up.sql and down.sql.')
    .argument('<name>', 'what it is about: letters, digits, _ and -')
    .option('--up-sql <sql>', 'content of up.sql')
    .option('--down-sql <sql>', 'content of down.sql')
    .option('--sql-from-file <file>', 'a file whose content becomes up.sql')
    .option('--from-server', "not available: it needs the server's pg_dump")
    .action(
      async (name: string, flags: CreateFlags) =>
        await (await import('./migrate/create.ts')).createMigration(name, flags),
    );
}

function remove(): Command {
  return withDatabase(new Command('delete'))
    .description("Deletes migrations from the project and from the server's record; what they did stays.")
    .option('--version <version>', 'this one')
    .option('--all', 'all of the database')
    .option('--server', 'from the record only')
    .option('--force', 'needed with --all')
    .action(
      async (flags: DeleteFlags) => await (await import('./migrate/delete.ts')).deleteMigrations(flags),
    );
}

function squash(): Command {
  return withDatabase(new Command('squash'))
    .description('Makes one migration out of several.')
    .requiredOption('--from <version>', 'the first of them')
    .option('--to <version>', 'the last of them; the newest unless told')
    .option('--name <name>', 'of the new one', 'squashed')
    .option('--delete-source', 'delete their files afterwards')
    .action(
      async (flags: SquashFlags) => await (await import('./migrate/squash.ts')).squashMigrations(flags),
    );
}
