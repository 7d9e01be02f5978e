// A part of the metadata as it was and as it is to be -> the smallest change of the YAML nodes it was read from,
// through includes: what means the same stays as it was written.
import { isDeepStrictEqual } from 'node:util';

import { isMap, isScalar, isSeq, Pair, type Node, type YAMLMap } from 'yaml';

import { isDocumentFile } from '../../src/metadata/files.ts';
import { isMapping } from '../../src/metadata/schema/common.ts';
import { childOf, plainValue, type Tree } from '../../src/metadata/tree.ts';
import { yamlKey, yamlNode } from '../../src/metadata/write/yaml-text.ts';
import { editList, type Part } from './edit-list.ts';
import { includedPath, NotEditable, type OpenDocuments, type Spot } from './open-documents.ts';

/** Changes what stands at `spot` from one meaning to the other. @throws NotEditable */
export function editNode(documents: OpenDocuments, spot: Spot, part: Part): void {
  const { tree, current, target } = part;
  if (isDeepStrictEqual(current, target)) return;
  const include = includedPath(spot);
  if (include !== undefined) {
    if (isDocumentFile(include)) editNode(documents, documents.root(include), part);
    else if (typeof target === 'string') documents.write(include, target);
    else throw new NotEditable(include);
    return;
  }
  const { node } = spot;
  if (isMap<Node, Node>(node) && isMapping(current) && isMapping(target)) {
    if (canEditKeys(node, tree, current)) {
      editMapping(documents, { ...spot, node }, { ...part, current, target });
      return;
    }
  } else if (isSeq<Node>(node) && Array.isArray(current) && Array.isArray(target)) {
    if (tree?.kind === 'sequence') {
      editList(documents, editNode, { ...spot, node }, { ...part, tree, current, target });
      return;
    }
  }
  replace(spot, yamlNode(target));
}

/** Comments beside a value stay when it is replaced. */
function replace(spot: Spot, node: Node): void {
  const old = spot.node;
  if (isScalar(old) && isScalar(node)) {
    node.comment = old.comment ?? null;
    node.commentBefore = old.commentBefore ?? null;
  }
  spot.put(node);
}

interface Mapping {
  readonly [key: string]: unknown;
}

/**
 * Whether the keys can be changed one by one: not where some of them come from a merge (`<<`) or say in another way
 * what an export says with other keys (`columns: [a]` for `column: a`).
 */
function canEditKeys(node: YAMLMap<Node, Node>, tree: Tree | undefined, current: Mapping): boolean {
  return node.items.every((pair) => {
    const key = keyOf(pair);
    if (key === '<<') return false;
    if (own(current, key) !== undefined) return true;
    const written = childOf(tree, key);
    return written === undefined || saysNothing(plainValue(written));
  });
}

/** A column may be called "constructor". */
function own(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === false || value === '') return true;
  if (Array.isArray(value)) return value.every(saysNothing);
  return isMapping(value) && Object.values(value).every(saysNothing);
}

function keyOf(pair: Pair<Node, Node | null>): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function editMapping(
  documents: OpenDocuments,
  { file, node }: Spot & { readonly node: YAMLMap<Node, Node> },
  { tree, current, target }: Part & { readonly current: Mapping; readonly target: Mapping },
): void {
  // `{}` would keep its form with whatever is put into it.
  if (node.items.length === 0) node.flow = false;
  let previous = -1;
  for (const [key, value] of Object.entries(target)) {
    const index = node.items.findIndex((pair) => keyOf(pair) === key);
    const pair = node.items[index];
    if (pair !== undefined) {
      previous = index;
      const put = (changed: Node): void => {
        pair.value = changed;
        documents.touch(file);
      };
      const part = { key, tree: childOf(tree, key), current: own(current, key), target: value };
      editNode(documents, { file, node: pair.value, put }, part);
    } else if (!isDeepStrictEqual(own(current, key), value)) {
      // New keys come where an export has them: behind the one before.
      previous++;
      node.items.splice(previous, 0, new Pair<Node, Node>(yamlKey(key), yamlNode(value)));
      documents.touch(file);
    }
  }
  const kept = node.items.filter((pair) => {
    const key = keyOf(pair);
    return own(target, key) !== undefined || own(current, key) === undefined;
  });
  if (kept.length === node.items.length) return;
  node.items = kept;
  documents.touch(file);
}
