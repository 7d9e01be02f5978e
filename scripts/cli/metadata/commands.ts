// `hedge metadata export|apply|clear|reload` and `inconsistency …`: one call of the metadata API each.

import { exportMetadata } from '../../../src/metadata/export.ts';
import { UserError } from '../../database/user-error.ts';
import { createProgress } from '../progress.ts';
import { loadMetadata } from '../project.ts';
import { connectProject } from '../server/connect.ts';
import type { ServerFlags } from '../server/flags.ts';
import { printDocument } from './output.ts';
import { exportFrom, inconsistencyTable, inconsistentObjects, replaceOn } from './server-metadata.ts';
import { writeFiles } from './write-files.ts';

export interface ExportFlags extends ServerFlags {
  readonly output?: string;
}

/** Writes the server's metadata into the project, or prints it. */
export async function exportCommand(flags: ExportFlags): Promise<void> {
  const { project, server } = await connectProject(flags);
  if (flags.output !== undefined) {
    printDocument(exportMetadata((await exportFrom(server)).metadata), flags.output);
    return;
  }
  const { metadata } = await exportFrom(server);
  const { lines } = await writeFiles(project, metadata, { overwrite: true });
  const progress = createProgress();
  for (const line of lines) progress.note(`  ${line}`);
  progress.note(`Metadata exported: ${lines.length} ${lines.length === 1 ? 'file' : 'files'} changed.`);
}

export interface ApplyFlags extends ServerFlags {
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly disallowInconsistentMetadata?: boolean;
}

/** Makes the project's metadata the server's. @throws UserError when it has mistakes, or the server refuses it. */
export async function applyCommand(flags: ApplyFlags): Promise<void> {
  const { project, server } = await connectProject(flags);
  const progress = createProgress();
  const { metadata } = await loadMetadata(project, progress);
  if (flags.dryRun === true) {
    printDocument(exportMetadata(metadata), flags.output ?? 'yaml');
    return;
  }
  const objects = await replaceOn(server, metadata, {
    allowInconsistent: flags.disallowInconsistentMetadata !== true,
  });
  if (flags.output !== undefined) printDocument(exportMetadata(metadata), flags.output);
  progress.note('Metadata applied.');
  if (objects.length === 0) return;
  progress.warn(
    `The metadata is inconsistent:\n${objects.map((o) => `  ${o.name ?? o.type}: ${o.reason}`).join('\n')}`,
  );
}

/** Removes all metadata from the server. */
export async function clearCommand(flags: ServerFlags): Promise<void> {
  const { server } = await connectProject(flags);
  await server.metadata({ type: 'clear_metadata', args: {} });
  createProgress().note('Metadata cleared.');
}

/** Lets the server read its databases again. */
export async function reloadCommand(flags: ServerFlags): Promise<void> {
  const { server } = await connectProject(flags);
  const answer = await server.metadata({
    type: 'reload_metadata',
    args: { reload_remote_schemas: true, reload_sources: true },
  });
  const progress = createProgress();
  progress.note('Metadata reloaded.');
  if ((answer as { readonly is_consistent?: boolean }).is_consistent === false) {
    progress.warn('The metadata is inconsistent: see hedge metadata inconsistency list');
  }
}

/** Prints the inconsistent objects. */
export async function inconsistencyListCommand(flags: ServerFlags): Promise<void> {
  const { server } = await connectProject(flags);
  const objects = inconsistentObjects(await server.metadata({ type: 'get_inconsistent_metadata', args: {} }));
  if (objects.length === 0) createProgress().note('The metadata is consistent.');
  else console.log(inconsistencyTable(objects));
}

/** @throws UserError when there are any, which makes the exit code 1. */
export async function inconsistencyStatusCommand(flags: ServerFlags): Promise<void> {
  const { server } = await connectProject(flags);
  const objects = inconsistentObjects(await server.metadata({ type: 'get_inconsistent_metadata', args: {} }));
  if (objects.length > 0) {
    throw new UserError(
      `The metadata is inconsistent (${objects.length} ${objects.length === 1 ? 'object' : 'objects'}): see hedge metadata inconsistency list`,
    );
  }
  createProgress().note('The metadata is consistent.');
}

/** Removes the inconsistent objects from the server's metadata. */
export async function inconsistencyDropCommand(flags: ServerFlags): Promise<void> {
  const { server } = await connectProject(flags);
  await server.metadata({ type: 'drop_inconsistent_metadata', args: {} });
  createProgress().note('All inconsistent objects are removed from the metadata.');
}
