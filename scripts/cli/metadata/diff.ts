// `hedge metadata diff`: the server's metadata and the project's -> what `hedge metadata apply` would change, file by file.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

import { metadataFiles } from '../../../src/metadata/write-directory.ts';
import { createProgress } from '../progress.ts';
import { loadMetadata } from '../project.ts';
import { connectProject } from '../server/connect.ts';
import type { ServerFlags } from '../server/flags.ts';
import { exportFrom } from './server-metadata.ts';

export interface DiffFlags extends ServerFlags {
  /** False with `--no-color`. */
  readonly color?: boolean;
}

/**
 * Prints a unified diff. Both sides are written in the same layout first, so that only what means something differs:
 * neither comments nor order nor what file something is in.
 */
export async function diffCommand(flags: DiffFlags): Promise<void> {
  const { project, server } = await connectProject(flags);
  const progress = createProgress();
  const local = await loadMetadata(project, progress);
  const { metadata: remote } = await exportFrom(server);
  const text = diffText(metadataFiles(remote), metadataFiles(local.metadata));
  if (text === '') progress.note('The server has the metadata of the project.');
  const coloured = flags.color !== false && process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  process.stdout.write(coloured ? colour(text) : text);
}

/** `-` is what the server has, `+` what the project has; empty when there is no difference. */
export function diffText(remote: ReadonlyMap<string, string>, local: ReadonlyMap<string, string>): string {
  const names = [...new Set([...remote.keys(), ...local.keys()])].sort();
  return names
    .map((name) => {
      const [before, after] = [remote.get(name), local.get(name)];
      if (before === after) return '';
      return createTwoFilesPatch(
        before === undefined ? '/dev/null' : `server/${name}`,
        after === undefined ? '/dev/null' : `project/${name}`,
        before ?? '',
        after ?? '',
        undefined,
        undefined,
        { context: 3, headerOptions: FILE_HEADERS_ONLY },
      );
    })
    .join('');
}

function colour(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return `\u001b[32m${line}\u001b[0m`;
      if (line.startsWith('-')) return `\u001b[31m${line}\u001b[0m`;
      return line.startsWith('@@') ? `\u001b[36m${line}\u001b[0m` : line;
    })
    .join('\n');
}
