// `hedge metadata …` as the command line shows it; the files of metadata/ do it.

import { Command } from 'commander';

import type { ApplyFlags, ExportFlags } from './metadata/commands.ts';
import type { DiffFlags } from './metadata/diff.ts';
import { type ServerFlags, withServerFlags } from './server/flags.ts';

export function metadataCommand(): Command {
  return new Command('metadata')
    .alias('md')
    .summary('metadata of a project, on a running server')
    .description("Metadata of a project and that of a running server, as Hasura's CLI keeps them in step.")
    .addCommand(exportMetadata())
    .addCommand(apply())
    .addCommand(diff())
    .addCommand(
      simple('clear', 'Removes all metadata from the server; its default database stays.', 'clearCommand'),
    )
    .addCommand(simple('reload', 'Lets the server read its databases again.', 'reloadCommand'))
    .addCommand(inconsistency());
}

type SimpleCommand =
  | 'clearCommand'
  | 'reloadCommand'
  | 'inconsistencyListCommand'
  | 'inconsistencyStatusCommand'
  | 'inconsistencyDropCommand';

function simple(name: string, description: string, run: SimpleCommand): Command {
  return withServerFlags(new Command(name))
    .description(description)
    .action(async (flags: ServerFlags) => await (await import('./metadata/commands.ts'))[run](flags));
}

function exportMetadata(): Command {
  return withServerFlags(new Command('export'))
    .description(
      "Writes the server's metadata into the project; comments of files that stay the same are kept.",
    )
    .option('-o, --output <format>', 'print it as json or yaml, and write nothing')
    .action(
      async (flags: ExportFlags) => await (await import('./metadata/commands.ts')).exportCommand(flags),
    );
}

function apply(): Command {
  return withServerFlags(new Command('apply'))
    .description("Makes the project's metadata the server's.")
    .option('--dry-run', 'print what would be sent')
    .option('--disallow-inconsistent-metadata', 'fail, and change nothing, when the database does not match')
    .option('-o, --output <format>', 'print what is sent, as json or yaml')
    .action(async (flags: ApplyFlags) => await (await import('./metadata/commands.ts')).applyCommand(flags));
}

function diff(): Command {
  return withServerFlags(new Command('diff'))
    .description('Shows what apply would change: - is on the server, + in the project.')
    .option('--no-color', 'without colours')
    .action(async (flags: DiffFlags) => await (await import('./metadata/diff.ts')).diffCommand(flags));
}

function inconsistency(): Command {
  return new Command('inconsistency')
    .aliases(['inconsistencies', 'ic'])
    .description('What of the metadata the databases do not match.')
    .addCommand(simple('list', 'Lists the inconsistent objects.', 'inconsistencyListCommand'))
    .addCommand(simple('status', 'Exits with 1 when there are any.', 'inconsistencyStatusCommand'))
    .addCommand(simple('drop', "Removes them from the server's metadata.", 'inconsistencyDropCommand'));
}
