// The process' environment and the project's .env file -> the settings a command and its worker go by.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { UserError } from '../database/user-error.ts';

/** Names to values; a name that is set to the empty string counts as not set. */
export type Environment = Readonly<Record<string, string>>;

/**
 * What is set in the process, over what an env file says, `.env` unless another is named.
 * @throws UserError when the file is there and cannot be read, or was named and is not there.
 */
export async function readEnvironment(
  projectDir: string,
  options: { readonly processEnv?: NodeJS.ProcessEnv; readonly envFile?: string | undefined } = {},
): Promise<Environment> {
  const { envFile, processEnv = process.env } = options;
  return withoutEmpty({ ...(await readEnvFile(projectDir, envFile)), ...processEnv });
}

/** What the env file alone says; nothing when there is no `.env`. @throws UserError as `readEnvironment` does. */
export async function readEnvFile(projectDir: string, envFile?: string): Promise<Environment> {
  const file = resolve(projectDir, envFile ?? '.env');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && envFile === undefined) return {};
    throw new UserError(`${file} cannot be read (${code}).`, { cause: error });
  }
  return withoutEmpty(parseEnv(text));
}

function withoutEmpty(values: NodeJS.Dict<string>): Environment {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/** The part of an environment a worker gets: Hasura's settings, Hedge's own, and the variables that the metadata names. */
export function workerVars(environment: Environment, names: Iterable<string>): Record<string, string> {
  const named = new Set(names);
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(HASURA_GRAPHQL|HEDGE)_/.test(name) || named.has(name)),
  );
}
