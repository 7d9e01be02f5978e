// The args of the commands about the metadata as a whole.

import { HedgeError } from '../../error/hedge-error.ts';
import { at, type Path, pathText } from '../../error/path.ts';
import { readMetadataDocument } from '../../metadata/read-document.ts';
import type { Metadata, SourceMetadata } from '../../metadata/types.ts';
import { anything, bool, object, type Parser } from './parse.ts';

export interface ReplaceMetadataArgs {
  /** Whether the args are the document itself, and the answer no more than success. */
  readonly isBare: boolean;
  readonly allowInconsistent: boolean;
  readonly allowWarnings: boolean;
  /** Whether the document lists its sources, as those of version 3 do. */
  readonly hasSources: boolean;
  readonly metadata: Metadata;
}

const wrapped = object('ReplaceMetadataV2', (fields) => ({
  allowInconsistent: fields.optional('allow_inconsistent_metadata', bool) ?? false,
  allowWarnings: fields.optional('allow_warnings', bool) ?? true,
  document: fields.required('metadata', anything),
}));

/**
 * `{"metadata", "allow_inconsistent_metadata", "allow_warnings"}`, or the document alone. `defaultSource` takes the
 * tables of documents that have no sources.
 */
export function replaceMetadataArgs(defaultSource: SourceMetadata | null): Parser<ReplaceMetadataArgs> {
  return (value, path) => {
    const isBare = typeof value !== 'object' || value === null || !('metadata' in value);
    const { document, ...options } = isBare
      ? { allowInconsistent: false, allowWarnings: true, document: value }
      : wrapped(value, path);
    const metadata = readDocument(document, defaultSource, isBare ? path : at(path, 'metadata'));
    const hasSources = typeof document === 'object' && document !== null && 'sources' in document;
    return { isBare, ...options, hasSources, metadata };
  };
}

function readDocument(
  document: unknown,
  defaultSource: SourceMetadata | null,
  path: Path | undefined,
): Metadata {
  const result = readMetadataDocument(document, { defaultSource });
  if ('metadata' in result) return result.metadata;
  const [{ code, message, path: keys }] = result.problems;
  throw new HedgeError(code, message, {
    path: pathText(keys.reduce<Path | undefined>((parent, key) => at(parent, key), path)),
  });
}
