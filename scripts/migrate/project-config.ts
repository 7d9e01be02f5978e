// config.yaml, version 3, as Hasura's CLI reads it, and the environment over it -> where a project keeps its parts, and
// which server it belongs to.

import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';

import type { Environment } from '../cli/environment.ts';
import { UserError } from '../database/user-error.ts';

/** Folders are absolute. */
export interface ProjectConfig {
  readonly metadataDirectory: string;
  readonly migrationsDirectory: string;
  readonly seedsDirectory: string;
  readonly server: ServerConfig;
}

/** The server that the commands talk to, as far as the project says. */
export interface ServerConfig {
  readonly endpoint: string | null;
  readonly adminSecret: string | null;
  readonly insecureSkipTlsVerify: boolean;
  /** A file of PEM certificates. */
  readonly certificateAuthority: string | null;
  readonly paths: ApiPaths;
}

/** Paths of the server's APIs, without a slash at either end. */
export interface ApiPaths {
  readonly v1Metadata: string;
  readonly v2Query: string;
}

/** How a key's value is read; the words complete a sentence about a value that is something else. */
const KINDS = {
  folder: 'takes the path of a folder',
  text: 'takes a text',
  boolean: 'takes true or false',
  list: 'takes a list of texts',
  paths: 'takes names of APIs, each with its path',
  any: '',
} as const;

/** Keys of Hasura's file; those of kind `any` speak of what these commands do not do. */
const KEYS: Readonly<Record<string, keyof typeof KINDS>> = {
  version: 'any',
  endpoint: 'text',
  admin_secret: 'text',
  admin_secrets: 'list',
  access_key: 'text',
  insecure_skip_tls_verify: 'boolean',
  certificate_authority: 'text',
  api_paths: 'paths',
  metadata_directory: 'folder',
  migrations_directory: 'folder',
  seeds_directory: 'folder',
  actions: 'any',
  git_repository: 'any',
  disable_interactive: 'any',
  server_config: 'any',
};

/**
 * Reads `<projectDir>/config.yaml`, which may be absent; `HASURA_GRAPHQL_<KEY>` of the environment comes before a key.
 * @throws UserError with file and line for every mistake in it.
 */
export async function readProjectConfig(
  projectDir: string,
  environment: Environment = {},
): Promise<ProjectConfig> {
  const file = join(projectDir, 'config.yaml');
  const found = existsSync(file) ? readKeys(file) : {};
  const text = (key: string): string | null => {
    const value = environment[`HASURA_GRAPHQL_${key.toUpperCase()}`] ?? found[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const folder = (key: string, usual: string): string => resolve(projectDir, text(key) ?? usual);
  const paths = (found['api_paths'] ?? {}) as Readonly<Record<string, string>>;
  const path = (key: string, usual: string): string =>
    (environment[`HASURA_GRAPHQL_API_PATHS_${key.toUpperCase()}`] ?? paths[key] ?? usual).replaceAll(
      /^\/+|\/+$/g,
      '',
    );
  return {
    metadataDirectory: folder('metadata_directory', 'metadata'),
    migrationsDirectory: folder('migrations_directory', 'migrations'),
    seedsDirectory: folder('seeds_directory', 'seeds'),
    server: {
      endpoint: text('endpoint'),
      adminSecret: text('admin_secret') ?? firstSecret(environment, found) ?? text('access_key'),
      insecureSkipTlsVerify:
        (text('insecure_skip_tls_verify') ?? String(found['insecure_skip_tls_verify'])) === 'true',
      certificateAuthority: text('certificate_authority'),
      paths: { v1Metadata: path('v1_metadata', 'v1/metadata'), v2Query: path('v2_query', 'v2/query') },
    },
  };
}

/** Of several secrets, which a server takes all while they are rotated, the first is used. */
export function firstSecret(
  environment: Environment,
  found: Readonly<Record<string, unknown>> = {},
): string | null {
  const text = environment['HASURA_GRAPHQL_ADMIN_SECRETS'];
  let list = found['admin_secrets'];
  try {
    if (text !== undefined) list = JSON.parse(text);
  } catch {
    throw new UserError('HASURA_GRAPHQL_ADMIN_SECRETS is not a JSON list such as ["secret"].');
  }
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return typeof first === 'string' ? first : null;
}

function readKeys(file: string): Readonly<Record<string, unknown>> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const shown = relative(process.cwd(), file);
  const at = (offset: number | undefined): string => `${shown}:${lines.linePos(offset ?? 0).line}`;
  const mistakes = document.errors.map((e) => `${at(e.pos[0])}: ${e.message.split('\n')[0]}`);
  const found: Record<string, unknown> = {};
  const { contents } = document;
  if (contents !== null && !isMap(contents)) mistakes.push(`${at(0)}: config.yaml holds keys and values.`);
  for (const { key, value } of isMap(contents) ? contents.items : []) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = at(isScalar(key) ? key.range?.[0] : 0);
    const kind = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    const plain: unknown = document.get(key);
    const read: unknown = isScalar(value)
      ? value.value
      : (plain as { toJSON?(): unknown } | null | undefined)?.toJSON?.();
    if (kind === undefined) mistakes.push(`${place}: config.yaml has no key "${name}".`);
    else if (name === 'version' && Number(read) !== 3)
      mistakes.push(`${place}: only version 3 of config.yaml is read.`);
    else if (read !== null && !isOfKind(read, kind)) mistakes.push(`${place}: ${name} ${KINDS[kind]}.`);
    else found[name] = read;
  }
  if (mistakes.length > 0) throw new UserError(mistakes.join('\n'));
  return found;
}

function isOfKind(value: unknown, kind: keyof typeof KINDS): boolean {
  const isText = (item: unknown): boolean => typeof item === 'string';
  switch (kind) {
    case 'any':
      return true;
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value) && value.every(isText);
    case 'paths':
      return isRecord(value) && Object.values(value).every(isText);
    default:
      return isText(value);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
