// A metadata directory as it was read, and as it would be with some files changed: what was there decides what is
// written, and what would be there is read once more before anything is.
import { joinPath, type MetadataFiles } from '../../src/metadata/files.ts';

/** Files that remember what was read. */
export interface RecordedFiles extends MetadataFiles {
  /** Path -> text of each file that was read. */
  readonly texts: ReadonlyMap<string, string>;
  /** Paths of all files in directories that were listed. */
  readonly names: ReadonlySet<string>;
}

/** Records what is read from `files`. */
export function recordFiles(files: MetadataFiles): RecordedFiles {
  const texts = new Map<string, string>();
  const seen = new Set<string>();
  return {
    texts,
    names: seen,
    async readText(path) {
      const text = await files.readText(path);
      if (text !== undefined) texts.set(path, text);
      return text;
    },
    async list(path) {
      const names = await files.list(path);
      for (const name of names ?? []) seen.add(joinPath(path, name));
      return names;
    },
  };
}

/** Path -> the file's new text, null when it is removed. */
export type FileChanges = ReadonlyMap<string, string | null>;

/** The directory as it would be after the changes. */
export function changedFiles(files: MetadataFiles, changes: FileChanges): MetadataFiles {
  return {
    readText: (path) => (changes.has(path) ? (changes.get(path) ?? undefined) : files.readText(path)),
    async list(directory) {
      const prefix = directory === '' ? '' : `${directory}/`;
      const names = new Set(await files.list(directory));
      for (const [path, text] of changes) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...below] = path.slice(prefix.length).split('/');
        if (below.length > 0 && text !== null) names.add(`${name}/`);
        else if (below.length === 0 && text === null) names.delete(name);
        else if (below.length === 0) names.add(name);
      }
      return names.size === 0 ? undefined : [...names];
    },
  };
}
