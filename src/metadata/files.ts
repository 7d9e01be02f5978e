// The world as the metadata reader sees it: text files below one directory, named by relative path.

/** Paths are relative to the metadata directory, with `/` between names; `''` is the directory itself. */
export interface MetadataFiles {
  /** The file's text, or undefined when there is no such file. @throws Error saying why it may not be read. */
  readText(path: string): string | undefined | Promise<string | undefined>;
  /** The names in a directory, those of directories with a final `/`; undefined when there is no such directory. */
  list(path: string): readonly string[] | undefined | Promise<readonly string[] | undefined>;
}

/** The directory part of a path: `a/b.yaml` -> `a`, `b.yaml` -> `''`. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** Whether the file is read as YAML (of which JSON is a part); any other included file is taken as text. */
export function isDocumentFile(name: string): boolean {
  return /\.(ya?ml|json)$/i.test(name);
}

/**
 * The path an `!include` names, seen from the file it stands in.
 * Answers `{ refused }`, the end of a sentence about the target, for what could lead out of the directory.
 */
export function resolveInclude(
  from: string,
  target: string,
): { readonly path: string } | { readonly refused: string } {
  if (target === '') return { refused: 'names no file; write !include followed by a path' };
  if (target.includes('\0')) return { refused: 'holds a NUL character; write a plain path' };
  if (target.includes('\\')) return { refused: 'holds a backslash; write "/" between directory names' };
  if (target.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(target)) {
    return { refused: 'is not a relative path; write it relative to the file it stands in' };
  }
  const names = directoryOf(from)
    .split('/')
    .filter((name) => name !== '');
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) {
      return { refused: 'leads out of the metadata directory; move the file into it' };
    }
  }
  if (names.length === 0) return { refused: 'names a directory; write the path of a file' };
  return { path: names.join('/') };
}
