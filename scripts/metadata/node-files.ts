// A directory on disk -> the file interface of the metadata reader. Symbolic links are followed, but only to
// files inside the directory.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import type { MetadataFiles } from '../../src/metadata/files.ts';

/** A metadata file of more bytes is a mistake: the largest real ones have a few megabytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The files below `directory`. A directory that does not exist is one without files. */
export function nodeFiles(directory: string): MetadataFiles {
  return {
    async readText(path) {
      const real = await resolveInside(directory, path);
      if (real === undefined) return undefined;
      const found = await stat(real);
      if (!found.isFile())
        throw new Error(found.isDirectory() ? 'it is a directory' : 'it is not a regular file');
      if (found.size > MAX_FILE_BYTES)
        throw new Error(`it is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB`);
      const bytes = await readFile(real);
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch (cause) {
        throw new Error('it is not UTF-8 text; save it as UTF-8', { cause });
      }
    },
    async list(path) {
      const real = await resolveInside(directory, path);
      if (real === undefined || !(await stat(real)).isDirectory()) return undefined;
      const names: string[] = [];
      for (const entry of await readdir(real, { withFileTypes: true })) {
        const isLink = entry.isSymbolicLink();
        const isDirectory = isLink ? await leadsToDirectory(join(real, entry.name)) : entry.isDirectory();
        names.push(isDirectory ? `${entry.name}/` : entry.name);
      }
      return names;
    },
  };
}

/** The real path of a file or directory, undefined when there is none. @throws Error when it lies outside. */
async function resolveInside(directory: string, path: string): Promise<string | undefined> {
  try {
    const root = await realpath(directory);
    const real = await realpath(join(root, path));
    const inside = relative(root, real);
    if (inside === '..' || inside.startsWith(`..${sep}`)) {
      throw new Error('it is a link that leads out of the metadata directory');
    }
    return real;
  } catch (error) {
    switch (codeOf(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return undefined;
      case 'ELOOP':
        throw new Error('it is a symbolic link that leads to itself', { cause: error });
      case 'EACCES':
      case 'EPERM':
        throw new Error('this user has no permission to read it', { cause: error });
      case 'ENAMETOOLONG':
        throw new Error('its name is too long', { cause: error });
      default:
        throw error;
    }
  }
}

async function leadsToDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A dangling link: reading it says so, if anybody includes it.
    return false;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
