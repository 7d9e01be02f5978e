// The metadata directory -> one document: version.yaml, databases/ and a file per section, or a single file.
import { mergeActionsSdl } from './actions-sdl.ts';
import { isDocumentFile, joinPath } from './files.ts';
import type { Loader } from './load.ts';
import { nearest } from './nearest.ts';
import type { Report } from './problem.ts';
import {
  childOf,
  holeTree,
  mappingTree,
  sequenceTree,
  treeOf,
  type Entry,
  type MappingTree,
  type Tree,
} from './tree.ts';
import { DEFAULT_CONNECTION, upgrade } from './upgrade.ts';

const SINGLE_FILES = ['metadata.json', 'metadata.yaml', 'metadata.yml'];
const DATABASES = 'databases';
const ACTIONS_YAML = 'actions.yaml';
const ACTIONS_GRAPHQL = 'actions.graphql';
const ACTIONS_KEYS = ['actions', 'custom_types'];

/** File at the top of the directory -> the document's section it holds. */
const SECTION_FILES: Readonly<Record<string, string>> = {
  'remote_schemas.yaml': 'remote_schemas',
  'query_collections.yaml': 'query_collections',
  'allow_list.yaml': 'allowlist',
  'cron_triggers.yaml': 'cron_triggers',
  'rest_endpoints.yaml': 'rest_endpoints',
  'api_limits.yaml': 'api_limits',
  'metrics_config.yaml': 'metrics_config',
  'inherited_roles.yaml': 'inherited_roles',
  'graphql_schema_introspection.yaml': 'graphql_schema_introspection',
  'network.yaml': 'network',
  'opentelemetry.yaml': 'opentelemetry',
  'backend_configs.yaml': 'backend_configs',
};

/** Parts of a source that have a directory of their own, `databases/<source>/<part>/<part>.yaml`. */
const SOURCE_PARTS = ['tables', 'functions', 'native_queries', 'logical_models'];

/** In the directory of version 2 these stand at the top. */
const VERSION_2_FILES: Readonly<Record<string, string>> = {
  'tables.yaml': 'tables',
  'functions.yaml': 'functions',
};

/** Reads the directory as one document of version 3. */
export async function readDirectory(loader: Loader, report: Report, note: Report): Promise<Tree> {
  const top = loader.placeOf('version.yaml');
  const names = await loader.list('');
  const single = SINGLE_FILES.filter((name) => names?.includes(name));
  const layout = ['version.yaml', `${DATABASES}/`, 'tables.yaml'].filter((name) => names?.includes(name));
  const [only, second] = [...single, ...layout];
  if (only === undefined) {
    const missing =
      names === undefined ? 'The metadata directory does not exist' : 'There is no metadata here';
    report(
      top,
      `${missing}; expected ${DATABASES}/${DATABASES}.yaml and version.yaml, as "hasura metadata export" writes them, or a file metadata.json.`,
    );
    return holeTree(top);
  }
  if (single.length === 0) return readLayout(loader, report, note);
  if (second !== undefined) {
    report(
      loader.placeOf(only),
      `The metadata is here twice, in ${only} and in ${second}; keep the single file or the directory.`,
    );
    return holeTree(top);
  }
  return upgrade((await loader.load(only)) ?? holeTree(top), report);
}

async function readLayout(loader: Loader, report: Report, note: Report): Promise<Tree> {
  const top = loader.placeOf('version.yaml');
  const versionFile = await loader.load('version.yaml');
  const entries = new Map<string, Entry>();
  const enter = (key: string, value: Tree | undefined): void => {
    if (value !== undefined && !isNull(value)) entries.set(key, { place: value.place, value });
  };
  enter('version', childOf(versionFile, 'version'));
  checkKeys('version.yaml', versionFile, ['version'], report);
  const isVersion2 = await readVersion2(loader, enter);
  if (!isVersion2) entries.set('sources', { place: top, value: await readSources(loader, note) });
  for (const [file, section] of Object.entries(SECTION_FILES)) enter(section, await loader.load(file));
  for (const [section, value] of await readActions(loader, report)) enter(section, value);
  if (!entries.has('version')) {
    entries.set('version', { place: top, value: treeOf(top, isVersion2 ? 2 : 3) });
  }
  await noteUnread(loader, note);
  return upgrade(mappingTree(top, entries), report);
}

async function readVersion2(
  loader: Loader,
  enter: (key: string, value: Tree | undefined) => void,
): Promise<boolean> {
  const names = await loader.list('');
  if (names?.includes(`${DATABASES}/`) === true || names?.includes('tables.yaml') !== true) return false;
  for (const [file, key] of Object.entries(VERSION_2_FILES)) {
    const tree = await loader.load(file);
    enter(key, tree === undefined ? undefined : flattened(tree));
  }
  return true;
}

async function readSources(loader: Loader, note: Report): Promise<Tree> {
  const index = `${DATABASES}/${DATABASES}.yaml`;
  const tree = await loader.load(index);
  if (tree === undefined) return sourcesOfFolders(loader, note);
  if (isNull(tree)) return sequenceTree(tree.place, []);
  if (tree.kind !== 'sequence') return tree;
  const items: Tree[] = [];
  for (const item of tree.items) items.push(item.kind === 'mapping' ? await withParts(loader, item) : item);
  return sequenceTree(tree.place, items);
}

/** Without databases.yaml every folder of `databases/` is a Postgres source at the default address. */
async function sourcesOfFolders(loader: Loader, note: Report): Promise<Tree> {
  const place = loader.placeOf(`${DATABASES}/${DATABASES}.yaml`);
  const names = (await loader.list(DATABASES)) ?? [];
  const folders = names.filter((name) => name.endsWith('/') && !name.startsWith('.'));
  const sources: Tree[] = [];
  for (const folder of folders) {
    const name = folder.slice(0, -1);
    const at = loader.placeOf(`${DATABASES}/${name}`);
    const source = treeOf(at, { name, kind: 'postgres', configuration: DEFAULT_CONNECTION });
    if (source.kind === 'mapping') sources.push(await withParts(loader, source));
  }
  if (sources.length > 1) {
    note(
      place,
      `All ${sources.length} sources use HASURA_GRAPHQL_DATABASE_URL, as there is no ${DATABASES}.yaml; write one to give each its own database_url.`,
    );
  }
  return sequenceTree(place, sources);
}

/** Adds the parts the source's entry does not list itself from the source's own folder. */
async function withParts(loader: Loader, source: MappingTree): Promise<Tree> {
  const entries = new Map(source.entries);
  const name = childOf(source, 'name');
  for (const part of SOURCE_PARTS) {
    const listed = source.entries.get(part);
    if (listed !== undefined && !isNull(listed.value)) {
      entries.set(part, { place: listed.place, value: flattened(listed.value) });
    } else if (name?.kind === 'scalar' && typeof name.value === 'string' && isFolderName(name.value)) {
      const found = await readPart(loader, `${DATABASES}/${name.value}/${part}`, part);
      if (found !== undefined) entries.set(part, { place: found.place, value: found });
    }
  }
  if (isNull(childOf(mappingTree(source.place, entries), 'tables'))) {
    entries.set('tables', { place: source.place, value: sequenceTree(source.place, []) });
  }
  return mappingTree(source.place, entries);
}

async function readPart(loader: Loader, directory: string, part: string): Promise<Tree | undefined> {
  const index = await loader.load(`${directory}/${part}.yaml`);
  if (index !== undefined) return flattened(index);
  const names = (await loader.list(directory)) ?? [];
  const files = names.filter((name) => isDocumentFile(name) && !name.startsWith('.'));
  if (files.length === 0) return undefined;
  const items: Tree[] = [];
  for (const file of files) {
    const tree = await loader.load(joinPath(directory, file));
    if (tree !== undefined) items.push(tree);
  }
  return flattened(sequenceTree(loader.placeOf(directory), items));
}

/** A file may hold one object or a list of them, and an index may include either: all of it is one list. */
function flattened(tree: Tree): Tree {
  if (tree.kind === 'mapping') return sequenceTree(tree.place, [tree]);
  if (isNull(tree)) return sequenceTree(tree.place, []);
  return tree.kind === 'sequence' ? sequenceTree(tree.place, tree.items.flatMap(itemsOf)) : tree;
}

function itemsOf(tree: Tree): readonly Tree[] {
  if (tree.kind === 'sequence') return tree.items.flatMap(itemsOf);
  return isNull(tree) ? [] : [tree];
}

async function readActions(loader: Loader, report: Report): Promise<ReadonlyMap<string, Tree>> {
  const yaml = await loader.load(ACTIONS_YAML);
  const sections = new Map<string, Tree>();
  if (yaml?.kind === 'sequence') sections.set('actions', yaml);
  for (const key of ACTIONS_KEYS) {
    const value = childOf(yaml, key);
    if (value !== undefined && !isNull(value)) sections.set(key, value);
  }
  checkKeys(ACTIONS_YAML, yaml, ACTIONS_KEYS, report);
  const sdl = await loader.text(ACTIONS_GRAPHQL);
  if (sdl === undefined || yaml?.kind === 'hole') return sections;
  return mergeActionsSdl({ file: loader.placeOf(ACTIONS_GRAPHQL), text: sdl, sections, report });
}

/** Files that are a mapping of sections have no key of their own in the document, so theirs are checked here. */
function checkKeys(file: string, tree: Tree | undefined, known: readonly string[], report: Report): void {
  if (tree?.kind !== 'mapping') {
    if (tree?.kind === 'scalar' && tree.value !== null) {
      report(tree.place, `${file} must be a mapping with the keys ${known.join(', ')}.`);
    }
    return;
  }
  for (const [key, { place }] of tree.entries) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    const help = meant === undefined ? `its keys are ${known.join(', ')}.` : `did you mean "${meant}"?`;
    report(place, `${file} has no key "${key}"; ${help}`);
  }
}

/** Metadata somebody wrote and nobody reads is a permission that is not there: each such file gets a notice. */
async function noteUnread(loader: Loader, note: Report): Promise<void> {
  for (const path of await documentFiles(loader, '', 0)) {
    if (loader.seen.has(path)) continue;
    const known = [
      ...Object.keys(SECTION_FILES),
      'version.yaml',
      ACTIONS_YAML,
      ACTIONS_GRAPHQL,
      `${DATABASES}/${DATABASES}.yaml`,
    ];
    const meant = nearest(path, known);
    const help =
      meant === undefined || loader.seen.has(meant)
        ? 'include it from the file that lists its kind, or remove it'
        : `rename it to ${meant}`;
    note(loader.placeOf(path), `This file is not read, so nothing in it has an effect; ${help}.`);
  }
}

async function documentFiles(loader: Loader, directory: string, depth: number): Promise<readonly string[]> {
  const paths: string[] = [];
  // A symbolic link may lead back up; real metadata is at most four directories deep.
  if (depth > 8) return paths;
  for (const name of (await loader.list(directory)) ?? []) {
    if (name.startsWith('.')) continue;
    if (name.endsWith('/')) {
      paths.push(...(await documentFiles(loader, joinPath(directory, name.slice(0, -1)), depth + 1)));
    } else if (/\.(ya?ml|json|graphql)$/i.test(name)) paths.push(joinPath(directory, name));
  }
  return paths;
}

function isNull(tree: Tree | undefined): boolean {
  return tree === undefined || (tree.kind === 'scalar' && tree.value === null);
}

/** A source's name is free text; only one that can be a folder's name is looked for as one. */
function isFolderName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}
