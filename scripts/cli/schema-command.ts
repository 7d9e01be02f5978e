// `hedge schema` as the command line shows it; schema.ts does it.

import { Command } from 'commander';

import type { SchemaOptions } from './schema.ts';

export function schemaCommand(): Command {
  return new Command('schema')
    .summary('print the GraphQL schema one role sees')
    .description(
      'Prints the GraphQL schema one role sees. Without a database the migrations are applied to a temporary embedded Postgres.',
    )
    .requiredOption('--role <role>', 'admin, or a role of the metadata')
    .option('--project <folder>', 'folder with metadata/ and migrations/', '.')
    .option('--database-url <url>', 'the database to compile for')
    .action(async (options: SchemaOptions) => await (await import('./schema.ts')).schema(options));
}
