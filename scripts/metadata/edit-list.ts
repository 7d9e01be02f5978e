// A list as it was and as it is to be -> the smallest change of its YAML sequence: items keep their nodes and their
// files, new ones stand where their neighbours do.
import { isDeepStrictEqual } from 'node:util';

import { isScalar, isSeq, Scalar, type Node, type YAMLSeq } from 'yaml';

import { NAMED_LISTS, nameOf } from '../../src/metadata/describe.ts';
import { directoryOf, joinPath } from '../../src/metadata/files.ts';
import { isMapping } from '../../src/metadata/schema/common.ts';
import { plainValue, type SequenceTree, type Tree } from '../../src/metadata/tree.ts';
import { createFileNames } from '../../src/metadata/write/file-names.ts';
import { includeText, yamlNode, yamlText } from '../../src/metadata/write/yaml-text.ts';
import { includedPath, NotEditable, type OpenDocuments, type Spot } from './open-documents.ts';

/** A part of the metadata: how it was read, what that meant as exported, and what it is to mean. */
export interface Part {
  /** The key it stands behind. */
  readonly key: string;
  readonly tree: Tree | undefined;
  readonly current: unknown;
  readonly target: unknown;
}

export interface ListPart extends Part {
  readonly tree: SequenceTree;
  readonly current: readonly unknown[];
  readonly target: readonly unknown[];
}

/** Changes what stands at a spot; the one who edits lists is given it for their items. */
export type EditNode = (documents: OpenDocuments, spot: Spot, part: Part) => void;

type ListSpot = Spot & { readonly node: YAMLSeq<Node> };

/** Changes the sequence at `spot` from one meaning to the other. @throws NotEditable */
export function editList(documents: OpenDocuments, edit: EditNode, spot: ListSpot, part: ListPart): void {
  const { key, tree, current, target } = part;
  const lists = [tree.items.map(plainValue), current, target].map((items) => idsOf(key, items));
  const [written, before, after] = lists;
  if (written === undefined || before === undefined || after === undefined) {
    editUnnamed(documents, edit, spot, part);
    return;
  }
  // `[]` would keep its form with whatever is put into it.
  if (spot.node.items.length === 0) spot.node.flow = false;
  const places = itemSpots(documents, spot, tree);
  const currentById = new Map(before.map((id, index) => [id, current[index]]));
  const targetById = new Map(after.map((id, index) => [id, target[index]]));
  const nodeOf = new Map<string, Node>();
  for (const [index, id] of written.entries()) {
    const place = places[index];
    if (place === undefined) continue;
    const value = targetById.get(id);
    if (value === undefined) place.remove();
    else {
      nodeOf.set(id, place.entry());
      const item = { key, tree: tree.items[index], current: currentById.get(id), target: value };
      if (!isDeepStrictEqual(item.current, value)) edit(documents, place.open(), item);
    }
  }
  const added = [...targetById].filter(
    ([id, value]) => !nodeOf.has(id) && !isDeepStrictEqual(currentById.get(id), value),
  );
  const makeEntry = entryMaker(documents, spot, key, tree);
  for (const [id, value] of added) {
    const entry = makeEntry(value);
    nodeOf.set(id, entry);
    insert(spot.node, entry, after.slice(after.indexOf(id) + 1), nodeOf);
    documents.touch(spot.file);
  }
  // Where the export keeps the order of the file, the order means something.
  if (isDeepStrictEqual(written, before)) reorder(documents, spot, after, nodeOf);
}

/** The names of all items; undefined when one has none or two have the same. */
function idsOf(key: string, items: readonly unknown[]): readonly string[] | undefined {
  const ids = items.map((item) => {
    if (NAMED_LISTS.has(key)) return nameOf(key, item);
    return isMapping(item) && typeof item['name'] === 'string' ? item['name'] : undefined;
  });
  const named = ids.filter((id) => id !== undefined);
  return named.length === items.length && new Set(named).size === named.length ? named : undefined;
}

/** Where one item of a list stands. */
interface ItemSpot {
  /** The node in the list: the item's own, or the include that leads to it. */
  entry(): Node;
  open(): Spot;
  remove(): void;
}

/** The spots of all items, in the order they were read: in the list itself, in a file of their own, in a list there. */
function itemSpots(
  documents: OpenDocuments,
  { file, node }: ListSpot,
  tree: SequenceTree,
): readonly ItemSpot[] {
  const inFile = new Map<string, number>();
  for (const { place } of tree.items) inFile.set(place.file, (inFile.get(place.file) ?? 0) + 1);
  const includes = new Map<string, Node>();
  const inline: Node[] = [];
  for (const item of node.items) {
    const path = includedPath({ file, node: item, put: () => {} });
    if (path === undefined) inline.push(item);
    else includes.set(path, item);
  }
  const lists = new Map<string, Node[]>();
  return tree.items.map(({ place }): ItemSpot => {
    if (place.file === file) {
      const own = inline.shift();
      if (own === undefined) throw new NotEditable(file);
      return inlineSpot(documents, file, node, own);
    }
    const include = includes.get(place.file);
    if (include === undefined) throw new NotEditable(place.file);
    if (inFile.get(place.file) === 1) return fileSpot(documents, { file, node }, include, place.file);
    const { node: list } = documents.root(place.file);
    if (!isSeq<Node>(list)) throw new NotEditable(place.file);
    const left = lists.get(place.file) ?? [...list.items];
    lists.set(place.file, left);
    const own = left.shift();
    if (own === undefined) throw new NotEditable(place.file);
    return { ...inlineSpot(documents, place.file, list, own), entry: () => include };
  });
}

function inlineSpot(documents: OpenDocuments, file: string, list: YAMLSeq<Node>, own: Node): ItemSpot {
  let node = own;
  return {
    entry: () => node,
    open: () => ({
      file,
      node,
      put(changed) {
        list.items[list.items.indexOf(node)] = changed;
        node = changed;
        documents.touch(file);
      },
    }),
    remove() {
      list.items.splice(list.items.indexOf(node), 1);
      documents.touch(file);
    },
  };
}

/** An item that has a file for itself, as a mapping or as a list of one. */
function fileSpot(
  documents: OpenDocuments,
  { file, node }: { readonly file: string; readonly node: YAMLSeq<Node> },
  include: Node,
  path: string,
): ItemSpot {
  return {
    entry: () => include,
    open() {
      const root = documents.root(path);
      const only = isSeq<Node>(root.node) ? root.node.items[0] : undefined;
      return isSeq<Node>(root.node) && only !== undefined
        ? inlineSpot(documents, path, root.node, only).open()
        : root;
    },
    // The file itself goes when nobody includes it any more.
    remove() {
      node.items.splice(node.items.indexOf(include), 1);
      documents.touch(file);
    },
  };
}

/** Lists whose items have a file each in the CLI's layout. */
const FILE_LISTS = ['tables', 'functions'];

/** What makes the node for a new item: the item itself, or an include of the file it gets. */
function entryMaker(
  documents: OpenDocuments,
  { file, node }: ListSpot,
  key: string,
  tree: SequenceTree,
): (value: unknown) => Node {
  const sibling = node.items.find((item) => {
    const path = includedPath({ file, node: item, put: () => {} });
    return path !== undefined && tree.items.filter(({ place }) => place.file === path).length === 1;
  });
  const isIndex = node.items.length === 0 && FILE_LISTS.includes(key) && file.endsWith(`/${key}.yaml`);
  if (sibling === undefined && !isIndex) return yamlNode;
  const here = directoryOf(file);
  const siblingPath = sibling && includedPath({ file, node: sibling, put: () => {} });
  const directory = siblingPath === undefined ? here : directoryOf(siblingPath);
  if (directory !== here && !directory.startsWith(here === '' ? '' : `${here}/`)) throw new NotEditable(file);
  const fileNames = createFileNames();
  return (value) => {
    const path = newFile(documents, directory, fileNames, key, value);
    const relative = here === '' ? path : path.slice(here.length + 1);
    if (!isScalar(sibling) || sibling.tag !== '!include') return yamlNode(includeText(relative));
    const include = new Scalar(relative);
    include.tag = '!include';
    return include;
  };
}

/** Writes an item of a list into a file of its own, named as the CLI names it. Answers its path. */
export function newFile(
  documents: OpenDocuments,
  directory: string,
  fileNames: (name: string) => string,
  key: string,
  value: unknown,
): string {
  const qualified = isMapping(value) ? value[key === 'functions' ? 'function' : 'table'] : undefined;
  const name = isMapping(qualified)
    ? `${String(qualified['schema'])}_${String(qualified['name'])}`
    : (nameOf(key, value) ?? key);
  for (;;) {
    const path = joinPath(directory, `${fileNames(name)}.yaml`);
    if (!documents.isFree(path)) continue;
    documents.write(path, yamlText(value));
    return path;
  }
}

/** Puts the entry before the first of those that follow it. */
function insert(
  list: YAMLSeq<Node>,
  entry: Node,
  followers: readonly string[],
  nodeOf: ReadonlyMap<string, Node>,
): void {
  for (const follower of followers) {
    const node = nodeOf.get(follower);
    const index = node === undefined ? -1 : list.items.indexOf(node);
    if (index < 0) continue;
    list.items.splice(index, 0, entry);
    return;
  }
  list.items.push(entry);
}

function reorder(
  documents: OpenDocuments,
  { file, node }: ListSpot,
  ids: readonly string[],
  nodeOf: ReadonlyMap<string, Node>,
): void {
  const entries = new Set(ids.flatMap((id) => nodeOf.get(id) ?? []));
  const ordered = [...entries];
  if (ordered.length !== node.items.length || ordered.every((entry, index) => entry === node.items[index]))
    return;
  if (!ordered.every((entry) => node.items.includes(entry))) return;
  node.items = ordered;
  documents.touch(file);
}

/** Texts and other items without a name: equal ones keep their nodes. */
function editUnnamed(
  documents: OpenDocuments,
  edit: EditNode,
  spot: ListSpot,
  { key, tree, current, target }: ListPart,
): void {
  const { file, node } = spot;
  const isAligned = node.items.length === current.length && tree.items.length === current.length;
  if (!isAligned) {
    spot.put(yamlNode(target));
    return;
  }
  // Exports sort some lists of words, so a word is known by what is written; anything else keeps its place.
  const known = tree.items.map((item, index) => (item.kind === 'scalar' ? item.value : current[index]));
  const left = new Set(known.keys());
  const take = (value: unknown): number | undefined => {
    const index = [...left].find((one) => isDeepStrictEqual(known[one], value));
    if (index !== undefined) left.delete(index);
    return index;
  };
  const kept = target.map(take);
  if (node.items.length === 0) node.flow = false;
  node.items = target.map((value, position) => {
    const index = kept[position];
    const own = node.items[index ?? position];
    if (index !== undefined && own !== undefined) return own;
    // The same place with another value.
    if (own === undefined || !left.delete(position)) return yamlNode(value);
    let item = own;
    const place = { file, node: item, put: (changed: Node): void => void (item = changed) };
    edit(documents, place, { key, tree: tree.items[position], current: current[position], target: value });
    return item;
  });
  documents.touch(file);
}
