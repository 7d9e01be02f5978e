// `hedge serve` as the command line shows it; serve.ts does it.

import { Command } from 'commander';

import { parsePort } from './port.ts';
import type { ServeOptions } from './serve.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .summary('serve a build under bare workerd')
    .description(
      'Serves a build under bare workerd, the runtime of Cloudflare Workers, on 127.0.0.1. Without the console.',
    )
    .option('--build <folder>', 'what "hedge build" wrote', '.hedge/build')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', parsePort, 8080)
    .addHelpText(
      'after',
      `
Environment:
  NEON_ENDPOINT              address that speaks Neon's HTTP protocol, http://host:port/sql; without it one is started
  DATABASE_URL               the Postgres behind the endpoint that is started
  HASURA_GRAPHQL_*, HEDGE_*  settings of the worker, and the variables its sources name for their databases;
                             a source whose variable is not set is served from DATABASE_URL`,
    )
    .action(async (options: ServeOptions) => await (await import('./serve.ts')).serve(options));
}
