// Metadata as it was written: values that remember the file and position they came from, put together from
// several files. Plain data is made from it for validation, and paths are turned back into positions.
import { unreachable } from '../util/assert.ts';
import type { DocumentPath, Place } from './problem.ts';

export type Scalar = string | number | boolean | null;

export type Tree = ScalarTree | SequenceTree | MappingTree | IncludeTree | HoleTree;

interface Sized {
  readonly place: Place;
  /** Number of values in it, those behind aliases and includes counted each time they occur. */
  readonly size: number;
  /** Levels of nesting, 1 for a scalar. */
  readonly depth: number;
}

export interface ScalarTree extends Sized {
  readonly kind: 'scalar';
  readonly value: Scalar;
}

export interface SequenceTree extends Sized {
  readonly kind: 'sequence';
  readonly items: readonly Tree[];
}

export interface MappingTree extends Sized {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
}

/** `!include target`, until the loader has put the other file in its place. */
export interface IncludeTree extends Sized {
  readonly kind: 'include';
  readonly target: string;
}

/** Stands where a value could not be read; the reason is already reported. */
export interface HoleTree extends Sized {
  readonly kind: 'hole';
}

export interface Entry {
  /** Where the key is. */
  readonly place: Place;
  readonly value: Tree;
}

/** What a hole becomes in plain data: whatever is said about this value must not be reported. */
export const HOLE = Symbol('unreadable');

export function scalarTree(place: Place, value: Scalar): ScalarTree {
  return { kind: 'scalar', place, size: 1, depth: 1, value };
}

export function sequenceTree(place: Place, items: readonly Tree[]): SequenceTree {
  let size = 1;
  let depth = 0;
  for (const item of items) {
    size += item.size;
    depth = Math.max(depth, item.depth);
  }
  return { kind: 'sequence', place, size, depth: depth + 1, items };
}

export function mappingTree(place: Place, entries: ReadonlyMap<string, Entry>): MappingTree {
  let size = 1;
  let depth = 0;
  for (const { value } of entries.values()) {
    size += value.size;
    depth = Math.max(depth, value.depth);
  }
  return { kind: 'mapping', place, size, depth: depth + 1, entries };
}

export function includeTree(place: Place, target: string): IncludeTree {
  return { kind: 'include', place, size: 1, depth: 1, target };
}

export function holeTree(place: Place): HoleTree {
  return { kind: 'hole', place, size: 1, depth: 1 };
}

/** A tree for a value that Hedge adds itself, e.g. the default source; all of it is found at `place`. */
export function treeOf(place: Place, value: unknown): Tree {
  if (Array.isArray(value)) {
    return sequenceTree(
      place,
      value.map((item) => treeOf(place, item)),
    );
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, { place, value: treeOf(place, item) }] as const,
    );
    return mappingTree(place, new Map(entries));
  }
  return scalarTree(place, value as Scalar);
}

/** The value under `key` when the tree is a mapping that has it. */
export function childOf(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === 'mapping' ? tree.entries.get(key)?.value : undefined;
}

/** The tree as plain data. Two uses of one alias come out as two values, so that neither can change the other. */
export function plainValue(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'sequence':
      return tree.items.map(plainValue);
    case 'mapping':
      return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
    case 'include':
    case 'hole':
      return HOLE;
    default:
      return unreachable(tree);
  }
}

/**
 * The position of the value at `path`, or of the closest thing around it that was written: for a key, the
 * key itself unless `of` asks for its value.
 */
export function placeAt(root: Tree, path: DocumentPath, of: 'key' | 'value' = 'key'): Place {
  let tree = root;
  let place = root.place;
  for (const key of path) {
    if (tree.kind === 'mapping') {
      const entry = tree.entries.get(String(key));
      if (entry === undefined) break;
      place = of === 'key' ? entry.place : entry.value.place;
      tree = entry.value;
    } else if (tree.kind === 'sequence' && typeof key === 'number') {
      const item = tree.items[key];
      if (item === undefined) break;
      place = item.place;
      tree = item;
    } else break;
  }
  return place;
}
