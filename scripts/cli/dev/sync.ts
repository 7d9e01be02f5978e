// The project's files and the metadata of the running worker -> kept in step, in both directions, one step at a time.
//
// What was last the same on both sides is remembered as text. A side that still has that text has not changed, so that
// neither a write-back is applied again, nor an applied file written back.

import { exportMetadata } from '../../../src/metadata/export.ts';
import type { MetadataResult } from '../../../src/metadata/metadata.ts';
import type { Metadata } from '../../../src/metadata/types.ts';
import { UserError } from '../../database/user-error.ts';
import { exportFrom, type InconsistentObject, replaceOn } from '../metadata/server-metadata.ts';
import { writeFiles } from '../metadata/write-files.ts';
import type { Progress } from '../progress.ts';
import { loadMetadata, type Project, readProjectMetadata } from '../project.ts';
import { type Server, ServerError } from '../server/server.ts';

export interface SyncOptions {
  readonly project: Project;
  readonly server: Server;
  readonly progress: Progress;
  /** Called before metadata is served: its sources may need databases, and what it names may need to be passed on. */
  readonly prepare: (metadata: Metadata) => Promise<void>;
  /** Lines for inconsistent objects, with the places in the files. */
  readonly describe: (
    objects: readonly InconsistentObject[],
    metadata: MetadataResult,
  ) => Promise<readonly string[]>;
}

export interface Sync {
  /** Applies the files; nothing when they say what was applied last. @throws UserError the first time, prints later. */
  filesChanged(): Promise<void>;
  /** Writes the files, when metadata of this version is not what was last the same. */
  versionSeen(version: number): Promise<void>;
}

/** Two writers at the same moment are rare; ten in a row are none of this program's business. */
const ATTEMPTS = 10;

/**
 * Starts in step. When the project has metadata it is applied; else what the server has is kept, and written out when it
 * changes.
 * @throws UserError for mistakes in the files, and ServerError when the server refuses them.
 */
export async function startSync(initial: MetadataResult | null, options: SyncOptions): Promise<Sync> {
  const { project, server, progress } = options;
  let files = initial === null ? textOf((await readProjectMetadata(project)).metadata) : '';
  let served = '';
  let version = 0;
  let queue = Promise.resolve();
  let isHeld = false;

  if (initial === null) {
    await server.metadata({ type: 'reload_metadata', args: {} });
    const remote = await exportFrom(server);
    served = textOf(remote.metadata);
    version = remote.resourceVersion;
  } else {
    await apply(initial);
  }

  async function apply(metadata: MetadataResult): Promise<void> {
    await options.prepare(metadata.metadata);
    const objects = await progress.step(
      'Applying the metadata',
      async () => await replace(metadata.metadata),
    );
    files = served = textOf(metadata.metadata);
    for (const line of await options.describe(objects, metadata)) progress.warn(line);
    if (objects.length > 0) {
      progress.warn(
        `${objects.length} inconsistent, left out; the rest is served. "hedge build" refuses this.`,
      );
    }
  }

  /** Names the version it builds on, so that the next one is known to be ours. */
  async function replace(metadata: Metadata): Promise<readonly InconsistentObject[]> {
    for (let attempt = 1; ; attempt += 1) {
      const before = await exportFrom(server);
      if (served !== '' && textOf(before.metadata) !== served) {
        progress.warn(
          'The metadata was changed through the API at the same time as in the files: the files count.',
        );
      }
      try {
        const objects = await replaceOn(server, metadata, {
          allowInconsistent: true,
          resourceVersion: before.resourceVersion,
        });
        version = before.resourceVersion + 1;
        return objects;
      } catch (error) {
        if (!(error instanceof ServerError) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async function applyFiles(): Promise<void> {
    try {
      const metadata = await loadMetadata(project, progress);
      if (textOf(metadata.metadata) === files) return;
      await apply(metadata);
      isHeld = false;
      progress.note('The changed metadata is served.');
    } catch (error) {
      progress.error(error instanceof UserError ? error.message : String(error));
      progress.note('The metadata from before this change is still served.');
    }
  }

  async function writeBack(): Promise<void> {
    const local = await readProjectMetadata(project);
    // Saved just now: that is applied first. With mistakes it cannot be, and nothing is written over them.
    if (local.problems.length === 0 && textOf(local.metadata) !== files) return;
    const remote = await exportFrom(server);
    if (textOf(remote.metadata) !== served) {
      const { isWritten, lines } = await writeFiles(project, remote.metadata, { overwrite: false });
      if (!isWritten) {
        if (!isHeld) {
          progress.warn(
            'The metadata was changed through the API: it is written when the files have no mistakes.',
          );
        }
        isHeld = true;
        return;
      }
      isHeld = false;
      files = textOf((await readProjectMetadata(project)).metadata);
      progress.note(`Changed through the API: ${lines.join(', ')}`);
    }
    served = textOf(remote.metadata);
    version = remote.resourceVersion;
    const { metadata } = remote;
    await options.prepare(metadata);
  }

  const next = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work).catch((error: unknown) => {
      progress.error(error instanceof UserError ? error.message : String(error));
    });
    return queue;
  };

  return {
    filesChanged: async () => await next(applyFiles),
    versionSeen: async (seen) => {
      if (seen !== version) await next(writeBack);
    },
  };
}

/** Equal for documents that mean the same. */
function textOf(metadata: Metadata): string {
  return JSON.stringify(exportMetadata(metadata));
}
