// `hedge build` as the command line shows it; build.ts does it.

import { Command } from 'commander';

import type { BuildOptions } from './build.ts';

export function buildCommand(): Command {
  return new Command('build')
    .summary('compile a project for deployment, or compare its migrations with a database')
    .description(
      'Compiles a project for deployment. Without a database the migrations are applied to a temporary embedded\n' +
        'Postgres, which is then described; with --database-url the named one is described and nothing is changed in it.',
    )
    .option('--project <folder>', 'folder with metadata/ and migrations/', '.')
    .option('--database-url <url>', 'the database to compile for')
    .option('--check', 'fail when the named database (or DATABASE_URL) is not what the migrations make')
    .option('--out <folder>', 'where to write; .hedge/build of the project unless told')
    .option('--allow-inconsistent', 'leave out what the database does not match, instead of failing')
    .option('--if-changed', 'do nothing when the last build is still right; what wrangler.toml runs')
    .addHelpText(
      'after',
      '\nWrites artifact.txt, worker/ (the bundle), schema.<role>.graphql and build.json. "wrangler deploy" ships what is in' +
        '\n.hedge/build of this checkout.' +
        '\n\nExit code 1 also stands for: mistakes in the metadata, a migration that fails, inconsistent objects without' +
        '\n--allow-inconsistent, and drift found by --check; then nothing is written.',
    )
    .action(async (options: BuildOptions) => await (await import('./build.ts')).build(options));
}
