// `hedge dev` as the command line shows it; dev.ts does it.

import { Command } from 'commander';

import type { DevOptions } from './dev.ts';
import { parsePort } from './port.ts';

export function devCommand(): Command {
  return new Command('dev')
    .summary('serve a project, on an embedded Postgres or one you name')
    .description(
      'Serves a project at http://127.0.0.1:8080, on an embedded Postgres unless a database is named. Migrations are\n' +
        'applied at the start; changes to metadata files are served as they are saved.',
    )
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', parsePort, 8080)
    .option('--project <folder>', 'folder with metadata/ and migrations/', '.')
    .option('--database-url <url>', 'a Postgres to use instead of the embedded one (or DATABASE_URL)')
    .option('--admin-secret <secret>', 'ask for this secret (or HASURA_GRAPHQL_ADMIN_SECRET)')
    .option('--fresh', 'start the embedded database anew; its data is in .hedge/ of the project')
    .option('--seed', 'load seeds/ again; by itself only a new embedded database gets them')
    .addHelpText(
      'after',
      '\nThe worker gets HASURA_GRAPHQL_* and HEDGE_* from the environment, then from .env in the project.' +
        '\nThe one line on standard output, "Hedge is ready at …", comes when the API answers.',
    )
    .action(async (options: DevOptions) => await (await import('./dev.ts')).dev(options));
}
