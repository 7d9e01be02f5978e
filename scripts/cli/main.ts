// Arguments -> one command, and its end -> an exit code and, when it failed, sentences instead of a stack.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Command, CommanderError } from 'commander';

import { ROOT } from '../bundle/paths.ts';
import { UserError } from '../database/user-error.ts';
import { buildCommand } from './build-command.ts';
import { devCommand } from './dev-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { metadataCommand } from './metadata-commands.ts';
import { migrateCommand } from './migrate-commands.ts';
import { createProgress } from './progress.ts';
import { schemaCommand } from './schema-command.ts';
import { serveCommand } from './serve-command.ts';

const EXIT_CODES = `
Exit codes:
  0  it did what was asked, or was stopped by Ctrl-C after it was started to run on
  1  it failed; the reason is printed
  2  a flag or command that does not exist, or a value it cannot take

Colours are left out when NO_COLOR is set or the output is no terminal.`;

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
};

const program = new Command('hedge')
  .description(
    'Hasura metadata and SQL migrations in, a permissioned GraphQL API on one Cloudflare Worker out.',
  )
  .version(version)
  // --version after a command is the command's own.
  .enablePositionalOptions();

const commands = [
  devCommand(),
  buildCommand(),
  serveCommand(),
  schemaCommand(),
  doctorCommand(),
  metadataCommand(),
  migrateCommand(),
];
for (const command of commands) program.addCommand(command);
prepare(program, '');

process.exit(await run());

/** The same ends, and the same hints, for a command and all below it. */
function prepare(command: Command, name: string): void {
  command.exitOverride().showHelpAfterError(`Run "hedge ${name}--help".`).addHelpText('after', EXIT_CODES);
  for (const inner of command.commands) prepare(inner, `${name}${inner.name()} `);
}

async function run(): Promise<number> {
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UserError) createProgress().error(error.message);
    else createProgress().error(unexpected(error));
    return 1;
  }
}

/** A failure nobody foresaw: the stack is for the report. */
function unexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
