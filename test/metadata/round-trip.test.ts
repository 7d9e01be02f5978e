// Metadata out and in again, as a document and as a directory: nothing is lost, and what means the same looks the same.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { editProject } from '../../scripts/metadata/edit-project.ts';
import { changedFiles, recordFiles } from '../../scripts/metadata/recorded-files.ts';
import { exportMetadata } from '../../src/metadata/export.ts';
import { readMetadata } from '../../src/metadata/metadata.ts';
import { readMetadataDocument } from '../../src/metadata/read-document.ts';
import type { Metadata, NativeQueryMetadata } from '../../src/metadata/types.ts';
import { metadataFiles } from '../../src/metadata/write-directory.ts';
import { arbitraryMetadata } from './arbitrary-metadata.ts';
import { memoryFiles } from './memory-files.ts';

function readBack(document: unknown): Metadata {
  const json: unknown = JSON.parse(JSON.stringify(document));
  const result = readMetadataDocument(json, { defaultSource: null });
  if (!('metadata' in result)) throw new Error(JSON.stringify(result.problems));
  return result.metadata;
}

test('an export reads as metadata that exports the same', () => {
  fc.assert(
    fc.property(arbitraryMetadata, (metadata) => {
      const once = exportMetadata(readBack(metadata));
      expect(once).toEqual(JSON.parse(JSON.stringify(once)));
      expect(JSON.stringify(exportMetadata(readBack(once)))).toBe(JSON.stringify(once));
    }),
    { numRuns: 100 },
  );
});

test('a directory reads as the metadata it was written from, and is written the same again', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryMetadata, async (input) => {
      const metadata = readBack(input);
      const files = metadataFiles(metadata);
      const { metadata: read, problems } = await readMetadata(memoryFiles(Object.fromEntries(files)));
      expect(problems).toEqual([]);
      expect(exportMetadata(read)).toEqual(exportMetadata(metadata));
      expect(metadataFiles(read)).toEqual(files);
    }),
    { numRuns: 30 },
  );
});

const oddSource = (queries: readonly NativeQueryMetadata[]): Metadata => ({
  version: 3,
  sources: [
    {
      name: '..',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: 'A' } } },
      tables: [],
      ...(queries.length > 0 && { native_queries: queries }),
    },
  ],
});

test('a directory can be edited into any other metadata', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryMetadata, arbitraryMetadata, async (first, second) => {
      const files = recordFiles(memoryFiles(Object.fromEntries(metadataFiles(readBack(first)))));
      const wanted = readBack(second);
      const changes = editProject(files, await readMetadata(files), wanted);
      const { metadata, problems } = await readMetadata(changedFiles(files, changes));
      expect(problems).toEqual([]);
      expect(exportMetadata(metadata)).toEqual(exportMetadata(wanted));
    }),
    {
      numRuns: 30,
      // A source whose name leads out of its folder.
      examples: [[oddSource([]), oddSource([{ root_field_name: 'q', code: 'select 1', returns: 'm' }])]],
    },
  );
});
