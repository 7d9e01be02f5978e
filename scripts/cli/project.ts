// A project folder -> its metadata, read and checked. Mistakes and what this version leaves out are printed with file
// and line.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';

import type { Artifact } from '../../src/artifact/types.ts';
import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { CompileOptions } from '../../src/compile/options.ts';
import { ConfigError, readCompileOptions } from '../../src/config/config.ts';
import { locate, type MetadataResult, readMetadata } from '../../src/metadata/metadata.ts';
import { formatProblem } from '../../src/metadata/problem.ts';
import { UserError } from '../database/user-error.ts';
import { nodeFiles } from '../metadata/node-files.ts';
import { readProjectConfig, type ServerConfig } from '../migrate/project-config.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Progress } from './progress.ts';

/** Where the parts of a project lie, as absolute paths, and the settings that come with it. */
export interface Project {
  readonly dir: string;
  readonly metadataDir: string;
  readonly migrationsDir: string;
  readonly seedsDir: string;
  /** What Hedge keeps for the project: `<dir>/.hedge`. */
  readonly workDir: string;
  /** The process' environment over the project's env file. */
  readonly environment: Environment;
  readonly server: ServerConfig;
}

export interface OpenProjectOptions {
  /** Whether a project without a metadata folder is one; no unless told. */
  readonly allowEmpty?: boolean;
  /** Instead of `.env`, relative to the project. */
  readonly envFile?: string | undefined;
}

/**
 * Finds the parts of the project at `dir`, as its config.yaml and the environment name them.
 * @throws UserError when there is no such folder, or no metadata in it and there has to be.
 */
export async function openProject(dir: string, options: OpenProjectOptions = {}): Promise<Project> {
  const absolute = resolve(dir);
  if (!existsSync(absolute))
    throw new UserError(`There is no folder ${absolute}: name a project with --project DIR.`);
  const environment = await readEnvironment(absolute, { envFile: options.envFile });
  const config = await readProjectConfig(absolute, environment);
  if (!existsSync(config.metadataDirectory) && options.allowEmpty !== true) {
    throw new UserError(
      `${absolute} is not a project: it has no folder ${relative(absolute, config.metadataDirectory)}/ with Hasura metadata. ` +
        'Go to a project, or name one with --project DIR.',
    );
  }
  return {
    dir: absolute,
    metadataDir: config.metadataDirectory,
    migrationsDir: config.migrationsDirectory,
    seedsDir: config.seedsDirectory,
    workDir: resolve(absolute, '.hedge'),
    environment,
    server: config.server,
  };
}

/** Makes the folder for what Hedge keeps. @throws UserError when it may not be written. */
export async function makeWorkDir(project: Project): Promise<void> {
  try {
    await mkdir(project.workDir, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${project.workDir}, where data is kept, cannot be made (${code}).`, {
      cause: error,
    });
  }
}

/** Reads the project's metadata and prints nothing. */
export async function readProjectMetadata(project: Project): Promise<MetadataResult> {
  const directory = relative(process.cwd(), project.metadataDir);
  return await readMetadata(nodeFiles(project.metadataDir), { directory });
}

/**
 * Reads the project's metadata and prints notices.
 * @throws UserError that lists every mistake, when there is one.
 */
export async function loadMetadata(project: Project, progress: Progress): Promise<MetadataResult> {
  const result = await readProjectMetadata(project);
  for (const notice of result.notices) progress.note(`notice: ${formatProblem(notice)}`);
  if (result.problems.length > 0) {
    const count = result.problems.length === 1 ? 'a mistake' : `${result.problems.length} mistakes`;
    throw new UserError(`The metadata has ${count}:\n${result.problems.map(formatProblem).join('\n')}`);
  }
  return result;
}

/** How the environment wants metadata to be compiled. @throws UserError for settings that cannot be used. */
export function compileOptions(environment: Environment): CompileOptions {
  try {
    return readCompileOptions(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(error.message, { cause: error });
  }
}

/**
 * Compiles as the environment says, and returns a line for each object the database does not match.
 * @throws UserError as `compileOptions` does.
 */
export function compileProject(
  metadata: MetadataResult,
  catalogs: ReadonlyMap<string, DatabaseCatalog>,
  environment: Environment,
): { readonly artifact: Artifact; readonly inconsistencies: readonly string[] } {
  const artifact = compile(metadata.metadata, catalogs, compileOptions(environment));
  return {
    artifact,
    inconsistencies: artifact.inconsistencies.map(({ name, reason, message, path }) => {
      const { file, line, column } = locate(metadata, path);
      return `${file}:${line}:${column}: ${name}: ${reason.trimEnd()}${message === undefined ? '' : `: ${message}`}`;
    }),
  };
}
