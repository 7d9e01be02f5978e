// Metadata -> the project's files, and a line for each that changed.

import type { Metadata } from '../../../src/metadata/types.ts';
import { writeMetadataDirectory } from '../../metadata/write-project.ts';
import { shown } from '../../migrate/migration-files.ts';
import type { Project } from '../project.ts';

/** `isWritten` is false when the files have mistakes, which are then not touched unless `overwrite` is given. */
export async function writeFiles(
  project: Project,
  metadata: Metadata,
  options: { readonly overwrite: boolean },
): Promise<{ readonly isWritten: boolean; readonly lines: readonly string[] }> {
  const result = await writeMetadataDirectory(project.metadataDir, metadata, options);
  if ('problems' in result) return { isWritten: false, lines: [] };
  const folder = shown(project.metadataDir);
  return {
    isWritten: true,
    lines: [
      ...result.written.map((file) => `${folder}/${file}`),
      ...result.removed.map((file) => `${folder}/${file} (removed)`),
    ],
  };
}
