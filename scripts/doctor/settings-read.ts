// wrangler's configuration and the environment -> the settings a deployment has, each with the file it is written in.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { UserError } from '../database/user-error.ts';

export interface SettingSeen {
  readonly value: string;
  /** The file that holds it and is meant to be in git; null where it comes from the environment. */
  readonly origin: string | null;
}

/** By name. */
export type Settings = ReadonlyMap<string, SettingSeen>;

const CONFIG_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'] as const;

/**
 * What `wrangler deploy` gives the worker under `[vars]` (of `environmentName`, where the file has several), and below it
 * what the environment says, where the secrets of a pipeline are.
 * @throws UserError when the file cannot be read.
 */
export async function readSettings(
  dir: string,
  environment: Readonly<Record<string, string>>,
  environmentName: string | undefined,
): Promise<Settings> {
  const settings = new Map<string, SettingSeen>(
    Object.entries(environment)
      .filter(([name]) => /^(?:HASURA_GRAPHQL|HEDGE)_/.test(name))
      .map(([name, value]) => [name, { value, origin: null }]),
  );
  const file = CONFIG_FILES.find((name) => existsSync(join(dir, name)));
  if (file === undefined) return settings;
  for (const [name, value] of Object.entries(await varsOf(join(dir, file), environmentName))) {
    settings.set(name, { value: typeof value === 'string' ? value : JSON.stringify(value), origin: file });
  }
  return settings;
}

async function varsOf(config: string, env: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  // Loaded here: it is large, and only this needs it.
  const { unstable_readConfig: readWranglerConfig } = await import('wrangler');
  try {
    return readWranglerConfig({ config, ...(env !== undefined && { env }) }, { hideWarnings: true }).vars;
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Whether a setting is on. */
export function isTrue(settings: Settings, name: string): boolean {
  return settings.get(name)?.value.toLowerCase() === 'true';
}
