// The sources of an artifact and the deployment's secrets -> a Database per source, connected when first asked for.

import type { SourceModel } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { neonDatabase } from './neon.ts';
import type { Database } from './types.ts';

/**
 * A function from a source's name to its database; each is made once.
 * @throws HedgeError (the function) whose `internal` names the environment variable that is not set; `invalid-configuration` when it
 * holds no connection string.
 */
export function connectSources(
  sources: readonly SourceModel[],
  env: Readonly<Record<string, unknown>>,
  endpoint: string | null,
): (source: string) => Database {
  const databases = new Map<string, Database>();
  return (name) => {
    let database = databases.get(name);
    if (database) return database;
    const source = sources.find((candidate) => candidate.name === name);
    if (!source) throw new Error(`Invariant broken: no source is called ${name}`);
    database = neonDatabase({
      connectionString: connectionStringOf(source, env),
      endpoint: endpoint ?? undefined,
    });
    databases.set(name, database);
    return database;
  };
}

function connectionStringOf(
  { name, databaseUrl }: SourceModel,
  env: Readonly<Record<string, unknown>>,
): string {
  if ('literal' in databaseUrl) return databaseUrl.literal;
  const value = env[databaseUrl.fromEnv];
  if (typeof value === 'string' && value !== '') return value;
  // Names of variables and sources are for administrators.
  throw new HedgeError('unexpected', 'the database of a source is not configured', {
    internal: `environment variable '${databaseUrl.fromEnv}' not set; it holds the connection string of source ${name}`,
  });
}
