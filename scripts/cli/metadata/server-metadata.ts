// The metadata API's documents -> Metadata and back, and what it says of inconsistent objects.

import { exportMetadata } from '../../../src/metadata/export.ts';
import { documentPathText } from '../../../src/metadata/problem.ts';
import { readMetadataDocument } from '../../../src/metadata/read-document.ts';
import type { Metadata } from '../../../src/metadata/types.ts';
import { UserError } from '../../database/user-error.ts';
import type { Server } from '../server/server.ts';
import { tableText } from '../server/table.ts';

/** One object of the list, as the server gives it. */
export interface InconsistentObject {
  readonly type: string;
  readonly name?: string;
  readonly reason: string;
  readonly definition?: unknown;
}

/** The server's metadata with its version. @throws UserError when the document cannot be read. */
export async function exportFrom(
  server: Server,
): Promise<{ readonly metadata: Metadata; readonly resourceVersion: number }> {
  const answer = await server.metadata({ type: 'export_metadata', version: 2, args: {} });
  const { metadata: document, resource_version: resourceVersion } = answer as {
    readonly metadata: unknown;
    readonly resource_version: number;
  };
  const result = readMetadataDocument(document, { defaultSource: null });
  if ('metadata' in result) return { metadata: result.metadata, resourceVersion };
  const problems = result.problems
    .map(({ path, message }) => `${documentPathText(path)}: ${message}`)
    .join('\n');
  throw new UserError(`The server's metadata cannot be read:\n${problems}`);
}

/** Replaces the server's metadata, and gives the objects that are inconsistent in it. @throws ServerError when it is refused. */
export async function replaceOn(
  server: Server,
  metadata: Metadata,
  options: { readonly allowInconsistent: boolean; readonly resourceVersion?: number },
): Promise<readonly InconsistentObject[]> {
  const answer = await server.metadata({
    type: 'replace_metadata',
    version: 2,
    ...(options.resourceVersion === undefined ? {} : { resource_version: options.resourceVersion }),
    args: {
      allow_inconsistent_metadata: options.allowInconsistent,
      metadata: exportMetadata(metadata),
    },
  });
  return inconsistentObjects(answer);
}

/** The list in an answer. */
export function inconsistentObjects(answer: unknown): readonly InconsistentObject[] {
  const { inconsistent_objects: objects } = answer as {
    readonly inconsistent_objects?: readonly InconsistentObject[];
  };
  return objects ?? [];
}

/** The list as Hasura's CLI prints it. */
export function inconsistencyTable(objects: readonly InconsistentObject[]): string {
  const rows = objects.map(({ name, type, definition, reason }) => [
    name ?? '-',
    type,
    definition === undefined ? '-' : JSON.stringify(definition),
    reason,
  ]);
  return tableText([['NAME', 'TYPE', 'DESCRIPTION', 'REASON'], ...rows]);
}
