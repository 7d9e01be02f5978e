// Metadata -> the files of a project's metadata directory: only what says something else than before is written, in the
// layout the directory has, and files of what is gone are removed.
import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { exportMetadata } from '../../src/metadata/export.ts';
import { directoryOf } from '../../src/metadata/files.ts';
import type { ParseCache } from '../../src/metadata/load.ts';
import { readMetadata } from '../../src/metadata/metadata.ts';
import type { Problem } from '../../src/metadata/problem.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { metadataFiles } from '../../src/metadata/write-directory.ts';
import { editProject } from './edit-project.ts';
import { nodeFiles } from './node-files.ts';
import { NotEditable } from './open-documents.ts';
import { changedFiles, recordFiles, type FileChanges, type RecordedFiles } from './recorded-files.ts';

export interface WriteOptions {
  /** Replaces files that hold mistakes, too. Without it such a directory is left as it is. */
  readonly overwrite?: boolean;
  /** As for `readMetadata` without a `directory`. */
  readonly cache?: ParseCache;
}

export type WriteResult =
  | {
      /** Paths of files that were made or changed, and of those that were removed. */
      readonly written: readonly string[];
      readonly removed: readonly string[];
    }
  | {
      /** Why nothing was written: mistakes in the files that are there, which somebody may be working on. */
      readonly problems: readonly Problem[];
    };

/**
 * Makes the directory say `metadata`. Files whose part of it did not change stay as they are, byte for byte; in files
 * that change, comments and order stay. A directory that is empty or not there gets the CLI's layout. Each file
 * changes as a whole or not at all. Files that were not read as metadata are never touched.
 */
export async function writeMetadataDirectory(
  directory: string,
  metadata: Metadata,
  { overwrite = false, cache = new Map() }: WriteOptions = {},
): Promise<WriteResult> {
  const planned = await planDirectory(recordFiles(nodeFiles(directory)), metadata, { overwrite, cache });
  if ('problems' in planned) return planned;
  return applyChanges(directory, planned.changes);
}

type Plan = { readonly changes: FileChanges } | { readonly problems: readonly Problem[] };

async function planDirectory(
  files: RecordedFiles,
  metadata: Metadata,
  { overwrite, cache }: Required<WriteOptions>,
): Promise<Plan> {
  const read = await readMetadata(files, { cache });
  const isEmpty = ![...files.names].some((name) => !name.startsWith('.'));
  if (isEmpty) return { changes: new Map(metadataFiles(metadata)) };
  if (read.problems.length > 0) {
    return overwrite ? { changes: anew(files, metadata) } : { problems: read.problems };
  }
  if (says(read.metadata, metadata)) return { changes: new Map() };
  try {
    const changes = editProject(files, read, metadata);
    const checked = recordFiles(changedFiles(files, changes));
    const after = await readMetadata(checked, { cache });
    if (after.problems.length === 0 && says(after.metadata, metadata)) {
      return { changes: withRemovals(changes, files, checked) };
    }
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
  }
  // Aliases, merges, includes of lists of includes: what cannot be edited in place is written as the CLI would.
  return { changes: anew(files, metadata) };
}

function says(written: Metadata, wanted: Metadata): boolean {
  return isDeepStrictEqual(exportMetadata(written), exportMetadata(wanted));
}

/** Files that were read before and are not read any more belonged to something that is gone. */
function withRemovals(changes: FileChanges, before: RecordedFiles, after: RecordedFiles): FileChanges {
  const all = new Map(changes);
  for (const path of before.texts.keys()) if (!after.texts.has(path)) all.set(path, null);
  return all;
}

/** The whole directory in the CLI's layout. */
function anew(files: RecordedFiles, metadata: Metadata): FileChanges {
  const texts = metadataFiles(metadata);
  const changes = new Map<string, string | null>();
  for (const path of files.texts.keys()) if (!texts.has(path)) changes.set(path, null);
  for (const [path, text] of texts) if (files.texts.get(path) !== text) changes.set(path, text);
  return changes;
}

async function applyChanges(directory: string, changes: FileChanges): Promise<WriteResult> {
  const entries = [...changes].toSorted(([a], [b]) => depthOf(b) - depthOf(a) || (a < b ? -1 : 1));
  const written: string[] = [];
  const removed: string[] = [];
  // What is included comes before what includes it, and removals last: a reader in between finds all it looks for.
  for (const [path, text] of entries) {
    if (text === null) continue;
    await writeWhole(join(directory, path), text);
    written.push(path);
  }
  for (const [path, text] of entries) {
    if (text !== null) continue;
    await rm(join(directory, path), { force: true });
    await removeEmpty(directory, directoryOf(path));
    removed.push(path);
  }
  return { written: written.toSorted(), removed: removed.toSorted() };
}

/** Indexes stand above what they list, or are called like their folder. */
function depthOf(path: string): number {
  const names = path.split('/');
  const folder = names.at(-2);
  return names.length * 2 + (folder !== undefined && names.at(-1) === `${folder}.yaml` ? 0 : 1);
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // A link stays a link to the file that is changed.
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (found) => found.mode,
    () => 0o644,
  );
  const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { mode });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Folders that removals left without a file go as well; the metadata directory itself stays. */
async function removeEmpty(directory: string, folder: string): Promise<void> {
  if (folder === '') return;
  try {
    await rmdir(join(directory, folder));
  } catch {
    return;
  }
  await removeEmpty(directory, directoryOf(folder));
}
