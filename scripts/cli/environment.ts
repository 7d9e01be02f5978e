// The process' environment and the project's .env file -> the settings a command and its worker go by.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { UserError } from '../database/user-error.ts';

/** Names to values; a name that is set to the empty string counts as not set. */
export type Environment = Readonly<Record<string, string>>;

/**
 * What is set in the process, over what `.env` in `projectDir` says.
 * @throws UserError when the file is there and cannot be read.
 */
export async function readEnvironment(
  projectDir: string,
  processEnv: NodeJS.ProcessEnv = process.env,
): Promise<Environment> {
  const merged = { ...(await readDotEnv(join(projectDir, '.env'))), ...processEnv };
  return Object.fromEntries(
    Object.entries(merged).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

async function readDotEnv(file: string): Promise<NodeJS.Dict<string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new UserError(`${file} cannot be read (${code}).`, { cause: error });
  }
  return parseEnv(text);
}

/** The part of an environment a worker gets: Hasura's settings, Hedge's own, and what the sources' `from_env` name. */
export function workerVars(environment: Environment, sourceNames: Iterable<string>): Record<string, string> {
  const named = new Set(sourceNames);
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(HASURA_GRAPHQL|HEDGE)_/.test(name) || named.has(name)),
  );
}
