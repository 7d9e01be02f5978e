// Metadata -> the files of a metadata directory, as Hasura's CLI writes them for a project of version 3.
import { exportMetadata } from './export.ts';
import { compareText } from './export/json.ts';
import { isMapping } from './schema/common.ts';
import type { ActionMetadata, CustomTypes } from './section-types.ts';
import type { Metadata, TableName } from './types.ts';
import { writeActionsSdl } from './write/actions-sdl.ts';
import { actionsFile } from './write/actions-yaml.ts';
import { createFileNames } from './write/file-names.ts';
import { includeText, yamlText } from './write/yaml-text.ts';

/** Section -> the file that holds it, and what the file holds when the section says nothing. */
export const SECTION_FILES: readonly (readonly [section: string, file: string, empty: unknown])[] = [
  ['allowlist', 'allow_list.yaml', []],
  ['api_limits', 'api_limits.yaml', {}],
  ['backend_configs', 'backend_configs.yaml', {}],
  ['cron_triggers', 'cron_triggers.yaml', []],
  ['graphql_schema_introspection', 'graphql_schema_introspection.yaml', { disabled_for_roles: [] }],
  ['inherited_roles', 'inherited_roles.yaml', []],
  ['metrics_config', 'metrics_config.yaml', {}],
  ['network', 'network.yaml', {}],
  ['opentelemetry', 'opentelemetry.yaml', {}],
  ['query_collections', 'query_collections.yaml', []],
  ['remote_schemas', 'remote_schemas.yaml', []],
  ['rest_endpoints', 'rest_endpoints.yaml', []],
];

/** One file: plain data that becomes YAML, or the text itself. */
export type FileContent = { readonly data: unknown } | { readonly text: string };

/**
 * Path -> text of every file, in the order of the paths: `version.yaml`, `databases/databases.yaml` with a folder for
 * each source and a file for each table and function, and a file for each section, also an empty one. The same
 * metadata gives the same bytes.
 */
export function metadataFiles(metadata: Metadata): ReadonlyMap<string, string> {
  const files = [...metadataFileContents(metadata)];
  return new Map(
    files
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([path, content]) => [path, 'text' in content ? content.text : yamlText(content.data)]),
  );
}

/** The same before it becomes text; included files stand in it as `includeText`. */
export function metadataFileContents(metadata: Metadata): ReadonlyMap<string, FileContent> {
  const exported = exportMetadata(metadata);
  const files = new Map<string, FileContent>([['version.yaml', { data: { version: 3 } }]]);
  const folders = createFileNames();
  const sources = listOf(exported['sources']).map((source) =>
    addSource(files, source, folders(String(source['name']))),
  );
  files.set('databases/databases.yaml', { data: sources });
  const actions = listOf(exported['actions']) as unknown as readonly ActionMetadata[];
  const types = (exported['custom_types'] ?? {}) as CustomTypes;
  const sdl = writeActionsSdl(actions, types);
  files.set('actions.graphql', { text: sdl.text });
  files.set('actions.yaml', { data: actionsFile(actions, types, sdl.unwritten) });
  for (const [section, file, empty] of SECTION_FILES) files.set(file, { data: exported[section] ?? empty });
  return files;
}

type Entry = Readonly<Record<string, unknown>>;

function listOf(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? value.filter(isMapping) : [];
}

/** Adds the files of one source, and answers its entry in databases.yaml, its keys in the CLI's order. */
function addSource(files: Map<string, FileContent>, source: Entry, folder: string): Entry {
  const addPart = (part: 'tables' | 'functions', key: 'table' | 'function'): unknown => {
    const items = listOf(source[part]);
    if (part === 'functions' && items.length === 0) return undefined;
    const fileNames = createFileNames();
    const includes = items.map((item) => {
      const name = item[key] as TableName;
      const file = `${fileNames(`${name.schema}_${name.name}`)}.yaml`;
      files.set(`databases/${folder}/${part}/${file}`, { data: item });
      return includeText(file);
    });
    files.set(`databases/${folder}/${part}/${part}.yaml`, { data: includes });
    return includeText(`${folder}/${part}/${part}.yaml`);
  };
  return {
    name: source['name'],
    kind: source['kind'],
    configuration: source['configuration'],
    query_tags: source['query_tags'],
    customization: source['customization'],
    health_check: source['health_check'],
    logical_models: source['logical_models'],
    native_queries: source['native_queries'],
    tables: addPart('tables', 'table'),
    functions: addPart('functions', 'function'),
  };
}
