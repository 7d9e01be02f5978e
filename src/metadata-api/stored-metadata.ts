// The document of the metadata database -> Metadata. It was checked when it was stored, but perhaps by Hasura.

import { HedgeError } from '../error/hedge-error.ts';
import { documentPathText } from '../metadata/problem.ts';
import { readMetadataDocument } from '../metadata/read-document.ts';
import type { Metadata, SourceMetadata } from '../metadata/types.ts';

/**
 * Reads it; nothing stored yet is a document with the default source, as in Hasura.
 * @throws HedgeError that lists what this version cannot read.
 */
export function readStoredMetadata(document: unknown, defaultSource: SourceMetadata | null): Metadata {
  if (document === undefined || document === null || isEmpty(document)) return emptyMetadata(defaultSource);
  const result = readMetadataDocument(document, { defaultSource });
  if ('metadata' in result) return result.metadata;
  // Whoever asks for data while it is so sees the message; what the metadata has in it is for administrators.
  throw new HedgeError(
    'invalid-configuration',
    'the stored metadata cannot be read; administrators are told what is wrong with it',
    {
      status: 500,
      internal: result.problems.map(({ path, message }) => `${documentPathText(path)}: ${message}`),
    },
  );
}

/** The metadata of a fresh start: the source that the environment names, without tables. */
export function emptyMetadata(defaultSource: SourceMetadata | null): Metadata {
  return { version: 3, sources: defaultSource === null ? [] : [defaultSource] };
}

/** Hasura stores `{}` before its first start is over. */
function isEmpty(document: unknown): boolean {
  return typeof document === 'object' && document !== null && Object.keys(document).length === 0;
}
