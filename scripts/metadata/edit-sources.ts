// The sources of a directory as they were and as they are to be -> changes of databases.yaml, of index files, and of the
// files of tables and functions, with or without an index.
import { isDeepStrictEqual } from 'node:util';

import { Document, isMap, isSeq, Pair, YAMLSeq, type Node, type YAMLMap } from 'yaml';

import { nameOf } from '../../src/metadata/describe.ts';
import { directoryOf } from '../../src/metadata/files.ts';
import { isMapping } from '../../src/metadata/schema/common.ts';
import { childOf, plainValue, sequenceTree, type SequenceTree, type Tree } from '../../src/metadata/tree.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { metadataFileContents } from '../../src/metadata/write-directory.ts';
import { createFileNames } from '../../src/metadata/write/file-names.ts';
import { includeText, LAYOUT, yamlKey, yamlNode, yamlText } from '../../src/metadata/write/yaml-text.ts';
import { newFile, type ListPart } from './edit-list.ts';
import { editNode } from './edit-node.ts';
import { NotEditable, type OpenDocuments } from './open-documents.ts';

const INDEX = 'databases/databases.yaml';
const PARTS = ['tables', 'functions', 'native_queries', 'logical_models'];

type Entry = Readonly<Record<string, unknown>>;

export interface SourcesPart {
  readonly tree: Tree | undefined;
  /** Whole documents, exported. */
  readonly current: Entry;
  readonly target: Entry;
  /** The document that `target` is the export of. */
  readonly metadata: Metadata;
}

/** Changes the sources where the directory keeps them. @throws NotEditable */
export function editSources(documents: OpenDocuments, part: SourcesPart): void {
  const current = sourcesOf(part.current);
  const target = sourcesOf(part.target);
  if (isDeepStrictEqual(current, target)) return;
  const { tree } = part;
  if (tree?.kind !== 'sequence' || !documents.has(INDEX)) {
    editFolders(documents, part, current, target);
    return;
  }
  const root = documents.root(INDEX);
  const entries = root.node;
  if (
    !isSeq<Node>(entries) ||
    entries.items.length !== tree.items.length ||
    entries.items.some((item) => !isMap(item))
  ) {
    throw new NotEditable(INDEX);
  }
  // `[]` would keep its form with whatever is put into it.
  if (entries.items.length === 0) entries.flow = false;
  for (const [index, entry] of Array.from(entries.items).entries()) {
    const source = tree.items[index];
    const name = nameIn(source);
    const wanted = target.get(name);
    if (wanted === undefined) {
      entries.items.splice(entries.items.indexOf(entry), 1);
      documents.touch(INDEX);
    } else if (isMap<Node, Node>(entry)) {
      editSource(documents, entry, { name, tree: source, current: current.get(name) ?? {}, target: wanted });
    }
  }
  for (const name of target.keys()) {
    if (current.has(name)) continue;
    entries.items.push(addSource(documents, part.metadata, name));
    documents.touch(INDEX);
  }
}

function sourcesOf(document: Entry): ReadonlyMap<string, Entry> {
  const sources = document['sources'];
  const list: readonly unknown[] = Array.isArray(sources) ? sources : [];
  return new Map(list.filter(isMapping).map((source) => [String(source['name']), source]));
}

function nameIn(source: Tree | undefined): string {
  const name = childOf(source, 'name');
  return name?.kind === 'scalar' ? String(name.value) : '';
}

/** The files of a new source, as the CLI writes them, and its entry. */
function addSource(documents: OpenDocuments, metadata: Metadata, name: string): Node {
  const sources = metadata.sources.filter((source) => source.name === name);
  let entry: Node | undefined;
  for (const [path, content] of metadataFileContents({ version: 3, sources })) {
    if (!path.startsWith('databases/') || !('data' in content)) continue;
    if (path === INDEX) {
      const list = yamlNode(content.data);
      entry = isSeq<Node>(list) ? list.items[0] : undefined;
    } else if (documents.isFree(path) || documents.has(path)) documents.write(path, yamlText(content.data));
    else throw new NotEditable(path);
  }
  if (entry === undefined) throw new NotEditable(INDEX);
  return entry;
}

interface SourcePart {
  readonly name: string;
  readonly tree: Tree | undefined;
  readonly current: Entry;
  readonly target: Entry;
}

function editSource(documents: OpenDocuments, entry: YAMLMap<Node, Node>, part: SourcePart): void {
  const { name, tree, current, target } = part;
  const node: Node = entry;
  const put = (): never => {
    throw new NotEditable(INDEX);
  };
  editNode(
    documents,
    { file: INDEX, node, put },
    { key: 'sources', tree: without(tree), current: ownKeys(current), target: ownKeys(target) },
  );
  for (const key of PARTS) {
    const list = {
      key,
      tree: listTree(tree, key),
      current: listIn(current, key),
      target: listIn(target, key),
    };
    if (isDeepStrictEqual(list.current, list.target)) continue;
    const pair = entry.items.find((item) => String(item.key) === key);
    if (pair?.value !== undefined && pair.value !== null) {
      const putValue = (value: Node): void => {
        pair.value = value;
        documents.touch(INDEX);
      };
      editNode(documents, { file: INDEX, node: pair.value, put: putValue }, list);
      continue;
    }
    const own = folderOf(name);
    const folder = `databases/${own}/${key}`;
    if (editFolder(documents, folder, list)) continue;
    addIndex(documents, folder, list);
    const include = yamlNode(includeText(`${own}/${key}/${key}.yaml`));
    entry.items.push(new Pair<Node, Node>(yamlKey(key), include));
    documents.touch(INDEX);
  }
}

/** The folder of a source: its name, or, where that would lead elsewhere, one that no other source can have. */
function folderOf(name: string): string {
  const isFolder = createFileNames()(name) === name;
  return isFolder ? name : `source_${Buffer.from(name).toString('hex').slice(0, 200)}`;
}

function ownKeys(source: Entry): Entry {
  return Object.fromEntries(Object.entries(source).filter(([key]) => !PARTS.includes(key)));
}

/** The parts are edited on their own. */
function without(tree: Tree | undefined): Tree | undefined {
  if (tree?.kind !== 'mapping') return tree;
  const entries = new Map([...tree.entries].filter(([key]) => !PARTS.includes(key)));
  return { ...tree, entries };
}

function listIn(source: Entry, key: string): readonly unknown[] {
  const list = source[key];
  return Array.isArray(list) ? list : [];
}

function listTree(source: Tree | undefined, key: string): SequenceTree {
  const list = childOf(source, key);
  return list?.kind === 'sequence' ? list : sequenceTree({ file: INDEX, line: 1, column: 1 }, []);
}

/** The first items of a part: a file for each, and the index that lists them. */
function addIndex(documents: OpenDocuments, folder: string, { key, target }: ListPart): void {
  const names = createFileNames();
  const includes = target.map((item) => {
    const path = newFile(documents, folder, names, key, item);
    return includeText(path.slice(folder.length + 1));
  });
  documents.write(`${folder}/${key}.yaml`, yamlText(includes));
}

/** A part that databases.yaml does not list, in its own folder. Answers false when there is none. */
function editFolder(documents: OpenDocuments, folder: string, list: ListPart): boolean {
  const index = `${folder}/${list.key}.yaml`;
  const isFlat =
    list.tree.items.length > 0 && list.tree.items.every(({ place }) => directoryOf(place.file) === folder);
  if (documents.has(index)) editNode(documents, documents.root(index), list);
  else if (isFlat) editFlat(documents, folder, list);
  else if (list.tree.items.length > 0) throw new NotEditable(folder);
  else return false;
  return true;
}

/** A folder whose every file counts: each holds one item or a list of them. */
function editFlat(documents: OpenDocuments, folder: string, { key, tree, current, target }: ListPart): void {
  const items = new Map<string, Tree[]>();
  for (const item of tree.items) items.set(item.place.file, [...(items.get(item.place.file) ?? []), item]);
  const known = new Set<string>();
  for (const [file, own] of items) {
    const ids = new Set(own.map((item) => nameOf(key, plainValue(item))));
    const mine = (side: readonly unknown[]): readonly unknown[] =>
      side.filter((item) => ids.has(nameOf(key, item)));
    for (const id of ids) known.add(id ?? '');
    const part = { key, tree: sequenceTree(tree.place, own), current: mine(current), target: mine(target) };
    if (part.target.length === 0) documents.remove(file);
    else if (!isDeepStrictEqual(part.current, part.target)) {
      const root = documents.root(file);
      const isList = isSeq(root.node);
      const [item] = own;
      const only = { key, tree: item, current: part.current[0], target: part.target[0] };
      editNode(documents, root, isList ? part : only);
    }
  }
  const names = createFileNames();
  for (const item of target) {
    if (!known.has(nameOf(key, item) ?? '')) newFile(documents, folder, names, key, item);
  }
}

/** All files of a source's folder that were read: a folder without files is none. */
function removeFolder(documents: OpenDocuments, name: string, source: Tree): void {
  for (const part of PARTS) {
    const index = `databases/${name}/${part}/${part}.yaml`;
    if (documents.has(index)) documents.remove(index);
    for (const { place } of listTree(source, part).items) documents.remove(place.file);
  }
}

/** Without databases.yaml every folder is a source at the default address; where more is said, the file is made. */
function editFolders(
  documents: OpenDocuments,
  { tree, metadata }: SourcesPart,
  current: ReadonlyMap<string, Entry>,
  target: ReadonlyMap<string, Entry>,
): void {
  const folders = new Map<string, Tree>();
  if (tree?.kind === 'sequence') for (const source of tree.items) folders.set(nameIn(source), source);
  for (const [name, source] of folders) {
    const wanted = target.get(name);
    if (wanted === undefined) {
      removeFolder(documents, name, source);
      continue;
    }
    for (const key of PARTS) {
      const list = {
        key,
        tree: listTree(source, key),
        current: listIn(current.get(name) ?? {}, key),
        target: listIn(wanted, key),
      };
      const folder = `databases/${name}/${key}`;
      if (isDeepStrictEqual(list.current, list.target)) continue;
      if (!editFolder(documents, folder, list)) addIndex(documents, folder, list);
    }
  }
  const entries = [...target].map(([name, source]) =>
    folders.has(name) ? yamlNode(ownKeys(source)) : addSource(documents, metadata, name),
  );
  const isSaid = [...target].every(
    ([name, source]) =>
      folders.has(name) && isDeepStrictEqual(ownKeys(current.get(name) ?? {}), ownKeys(source)),
  );
  if (isSaid) return;
  const list = new YAMLSeq<Node>();
  list.items = entries;
  documents.write(INDEX, new Document(list).toString(LAYOUT));
}
