// A map of paths and texts as the file interface of the metadata reader, and the reader's answers as short lines.
import type { MetadataFiles } from '../../src/metadata/files.ts';
import { readMetadata, type MetadataResult } from '../../src/metadata/metadata.ts';
import { formatProblem } from '../../src/metadata/problem.ts';

export type FileMap = Readonly<Record<string, string>>;

export function memoryFiles(files: FileMap): MetadataFiles {
  return {
    readText: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    list(directory) {
      const prefix = directory === '' ? '' : `${directory}/`;
      const names = new Set<string>();
      for (const path of Object.keys(files)) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...below] = path.slice(prefix.length).split('/');
        names.add(below.length === 0 ? name : `${name}/`);
      }
      return names.size === 0 ? undefined : [...names];
    },
  };
}

export function read(files: FileMap): Promise<MetadataResult> {
  return readMetadata(memoryFiles(files));
}

export async function problemsOf(files: FileMap): Promise<readonly string[]> {
  return (await read(files)).problems.map(formatProblem);
}

export async function noticesOf(files: FileMap): Promise<readonly string[]> {
  return (await read(files)).notices.map(formatProblem);
}

/** A project with one source whose table list is `tables`. */
export function withTables(tables: string, more: FileMap = {}): FileMap {
  return {
    'version.yaml': 'version: 3\n',
    'databases/databases.yaml': `- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: HASURA_GRAPHQL_DATABASE_URL
  tables: "!include default/tables/tables.yaml"
`,
    'databases/default/tables/tables.yaml': tables,
    ...more,
  };
}
