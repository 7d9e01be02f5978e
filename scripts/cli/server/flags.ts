// The flags of every command that talks to a running server; connect.ts turns them into a connection.

import type { Command } from 'commander';

/** The flags, called as Hasura's CLI calls them. */
export interface ServerFlags {
  readonly project: string;
  readonly endpoint?: string;
  readonly adminSecret?: string;
  readonly accessKey?: string;
  readonly envfile?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly certificateAuthority?: string;
}

/** Adds the flags to a command. */
export function withServerFlags(command: Command): Command {
  return command
    .option('--project <folder>', 'folder with config.yaml, metadata/ and migrations/', '.')
    .option(
      '--endpoint <url>',
      'the server; http://localhost:8080 unless config.yaml or HASURA_GRAPHQL_ENDPOINT says',
    )
    .option('--admin-secret <secret>', 'its admin secret (or HASURA_GRAPHQL_ADMIN_SECRET)')
    .option('--access-key <secret>', 'the older name of --admin-secret')
    .option('--envfile <file>', 'a file of variables in the project; .env unless told')
    .option('--insecure-skip-tls-verify', 'accept any certificate of the server')
    .option('--certificate-authority <file>', 'a file of certificates (PEM) to trust as well');
}
