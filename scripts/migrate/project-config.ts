// config.yaml, version 3, as Hasura's CLI reads it -> where a project keeps its parts.

import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';

import { UserError } from '../database/user-error.ts';

/** Absolute folders. */
export interface ProjectConfig {
  readonly metadataDirectory: string;
  readonly migrationsDirectory: string;
  readonly seedsDirectory: string;
}

const DIRECTORIES = {
  metadata_directory: 'metadata',
  migrations_directory: 'migrations',
  seeds_directory: 'seeds',
} as const;

/** Keys of Hasura's file that speak of other things than folders. */
const OTHER_KEYS = new Set([
  'version',
  'endpoint',
  'admin_secret',
  'admin_secrets',
  'access_key',
  'insecure_skip_tls_verify',
  'certificate_authority',
  'api_paths',
  'actions',
  'git_repository',
  'disable_interactive',
  'server_config',
]);

/**
 * Reads `<projectDir>/config.yaml`; without one the folders are metadata, migrations and seeds.
 * @throws UserError with file and line for every mistake in it.
 */
export async function readProjectConfig(projectDir: string): Promise<ProjectConfig> {
  const file = join(projectDir, 'config.yaml');
  const found: Partial<Record<keyof typeof DIRECTORIES, string>> = existsSync(file)
    ? readDirectories(file)
    : {};
  const folder = (key: keyof typeof DIRECTORIES): string =>
    resolve(projectDir, found[key] ?? DIRECTORIES[key]);
  return {
    metadataDirectory: folder('metadata_directory'),
    migrationsDirectory: folder('migrations_directory'),
    seedsDirectory: folder('seeds_directory'),
  };
}

function readDirectories(file: string): Partial<Record<keyof typeof DIRECTORIES, string>> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const shown = relative(process.cwd(), file);
  const at = (offset: number | undefined): string => `${shown}:${lines.linePos(offset ?? 0).line}`;
  const mistakes = document.errors.map((e) => `${at(e.pos[0])}: ${e.message.split('\n')[0]}`);
  const found: Partial<Record<keyof typeof DIRECTORIES, string>> = {};
  const { contents } = document;
  if (contents !== null && !isMap(contents)) mistakes.push(`${at(0)}: config.yaml holds keys and values.`);
  for (const { key, value } of isMap(contents) ? contents.items : []) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = at(isScalar(key) ? key.range?.[0] : 0);
    if (Object.hasOwn(DIRECTORIES, name)) {
      if (isScalar(value) && typeof value.value === 'string')
        found[name as keyof typeof DIRECTORIES] = value.value;
      else mistakes.push(`${place}: ${name} takes the path of a folder.`);
    } else if (name === 'version') {
      if (!isScalar(value) || Number(value.value) !== 3)
        mistakes.push(`${place}: only version 3 of config.yaml is read.`);
    } else if (!OTHER_KEYS.has(name)) {
      mistakes.push(`${place}: config.yaml has no key "${name}".`);
    }
  }
  if (mistakes.length > 0) throw new UserError(mistakes.join('\n'));
  return found;
}
