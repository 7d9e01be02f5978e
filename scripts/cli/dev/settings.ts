// Flags, the environment, the databases of the run and the metadata -> the vars of dev's worker.

import type { SourceDatabase } from '../databases.ts';
import { readEnvFile, workerVars } from '../environment.ts';
import type { Project } from '../project.ts';
import { namedVariables } from './named-variables.ts';

export interface SettingsInput {
  readonly project: Project;
  readonly adminSecret: string | undefined;
  readonly databases: readonly SourceDatabase[];
  /** Holds the metadata. */
  readonly mainUrl: string;
  readonly neonEndpoint: string;
  /** The document that is about to be served: what it names is passed on. */
  readonly document: unknown;
}

/**
 * The worker gets Hasura's and Hedge's settings, all of the project's env file, and of the process' environment what the
 * metadata's files name: what else a developer's shell knows is none of its business.
 */
export async function workerSettings(input: SettingsInput): Promise<Record<string, string>> {
  const { project, adminSecret, databases, mainUrl } = input;
  const names = [...Object.keys(await readEnvFile(project.dir)), ...namedVariables(input.document)];
  const main = databases.find(({ url }) => url === mainUrl);
  const vars: Record<string, string> = {
    HASURA_GRAPHQL_ENABLE_CONSOLE: 'true',
    // The very text its source has: what both are in is then changed in one transaction.
    HASURA_GRAPHQL_METADATA_DATABASE_URL: main?.literalUrl ?? mainUrl,
    ...workerVars(project.environment, names),
    HEDGE_METADATA: 'live',
    NEON_ENDPOINT: input.neonEndpoint,
  };
  for (const { environmentName, url } of databases) if (environmentName !== null) vars[environmentName] = url;
  if (adminSecret !== undefined) vars['HASURA_GRAPHQL_ADMIN_SECRET'] = adminSecret;
  return vars;
}
