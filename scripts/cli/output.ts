// A compiled project -> the files of a build, and what a later command needs to know about them.

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import { sourcesHash } from '../bundle/bundle-worker.ts';
import { moduleNames, startModuleNames } from '../bundle/modules.ts';
import { WRANGLER_CONFIG } from '../bundle/paths.ts';
import { UserError } from '../database/user-error.ts';
import type { RuntimeSettings } from '../serve/workerd-config.ts';
import { compileOptions, type Project } from './project.ts';

const MANIFEST = 'build.json';
export const ARTIFACT_FILE = 'artifact.txt';
export const BUNDLE_FOLDER = 'worker';

/** build.json: how a build was made, and what running it takes. */
export interface Manifest {
  /** The project's folder. */
  readonly project: string;
  /** Hash of everything the build was made from, a named database left out. */
  readonly inputs: string;
  readonly catalogOf: 'migrations' | 'database';
  /** Environment variables that the metadata names, for its webhooks and databases. */
  readonly variables: readonly string[];
  readonly runtime: RuntimeSettings;
}

export interface BuildSummary {
  readonly out: string;
  readonly roles: readonly { readonly role: string; readonly tables: number; readonly bytes: number }[];
  readonly artifactBytes: number;
  readonly artifactGzipBytes: number;
  readonly workerBytes: number;
  readonly workerGzipBytes: number;
  /** Of the worker: what is read before the first request. */
  readonly startBytes: number;
}

/** Writes everything below `out`; files of a former build that are not written again are removed. */
export async function writeBuild(build: {
  readonly out: string;
  readonly artifact: Artifact;
  readonly bundleDir: string;
  readonly manifest: Omit<Manifest, 'runtime'>;
}): Promise<BuildSummary> {
  const { out } = build;
  const text = encodeArtifact(build.artifact);
  await mkdir(out, { recursive: true });
  for (const name of await readdir(out)) if (isSchemaFile(name)) await rm(join(out, name));
  await rm(join(out, BUNDLE_FOLDER), { recursive: true, force: true });
  await cp(build.bundleDir, join(out, BUNDLE_FOLDER), { recursive: true });
  await writeFile(join(out, BUNDLE_FOLDER, 'hedge-artifact'), text);
  await writeFile(join(out, ARTIFACT_FILE), text);

  const view = openArtifact(text);
  const roles: { role: string; tables: number; bytes: number }[] = [];
  for (const [role, [, bytes]] of Object.entries(view.header.roles)) {
    const roleView = view.role(role);
    await writeFile(join(out, `schema.${encodeURIComponent(role)}.graphql`), printRoleSchema(roleView));
    roles.push({ role, tables: roleView.tableCount, bytes });
  }
  const manifest: Manifest = { ...build.manifest, runtime: await runtimeSettings() };
  await writeFile(join(out, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);

  const folder = join(out, BUNDLE_FOLDER);
  const worker = await modulesText(folder, await moduleNames(folder));
  const start = await modulesText(folder, await startModuleNames(folder));
  return {
    out,
    roles,
    artifactBytes: text.length,
    artifactGzipBytes: gzipSync(text).length,
    workerBytes: worker.length,
    workerGzipBytes: gzipSync(worker).length,
    startBytes: start.length,
  };
}

async function modulesText(folder: string, names: readonly string[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

/** The build's summary for a terminal: a line per role (what roles have in common is written once), then the sizes. */
export function summaryText(summary: BuildSummary): string {
  const width = Math.max(...summary.roles.map(({ role }) => role.length));
  const roles = summary.roles.map(
    ({ role, tables, bytes }) =>
      `  ${role.padEnd(width)}  ${String(tables).padStart(5)} tables, ${kilobytes(bytes)} of its own`,
  );
  return [
    `Built ${summary.out}`,
    ...roles,
    `  artifact ${kilobytes(summary.artifactBytes)} (gzip ${kilobytes(summary.artifactGzipBytes)}), ` +
      `worker ${kilobytes(summary.workerBytes)} (gzip ${kilobytes(summary.workerGzipBytes)}; ${kilobytes(summary.startBytes)} of it to start)`,
  ].join('\n');
}

/** What the last build in `out` says of itself; undefined when there is none. @throws UserError when it is damaged. */
export async function readManifest(out: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(join(out, MANIFEST), 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new UserError(`${join(out, MANIFEST)} is damaged: build again.`, { cause: error });
  }
}

/** Hash of what a build is made from: the project's files, the settings of compiling, and Hedge itself. */
export async function inputsHash(project: Project): Promise<string> {
  const hash = createHash('sha256').update(await sourcesHash());
  hash.update(JSON.stringify(compileOptions(project.environment)));
  for (const folder of [project.metadataDir, project.migrationsDir]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((e) => !e.isDirectory())
      .map((e) => join(e.parentPath, e.name))
      .sort();
    for (const file of files) {
      hash.update(`${file.slice(project.dir.length)}\0`);
      hash.update(await readFile(file).catch(() => '')); // a link that leads nowhere
    }
  }
  return hash.digest('hex');
}

async function runtimeSettings(): Promise<RuntimeSettings> {
  const { unstable_readConfig: readWranglerConfig } = await import('wrangler'); // takes a second: not for every command
  const config = readWranglerConfig({ config: WRANGLER_CONFIG }, { hideWarnings: true });
  return {
    compatibilityDate: config.compatibility_date ?? '',
    compatibilityFlags: config.compatibility_flags,
    vars: Object.fromEntries(Object.entries(config.vars).map(([name, value]) => [name, String(value)])),
  };
}

function isSchemaFile(name: string): boolean {
  return name.startsWith('schema.') && name.endsWith('.graphql');
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
