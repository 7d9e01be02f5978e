// A file of the metadata directory -> Tree with every `!include` in it replaced by the file it names.
import { must, unreachable } from '../util/assert.ts';
import { isDocumentFile, resolveInclude, type MetadataFiles } from './files.ts';
import type { Place, Report } from './problem.ts';
import {
  holeTree,
  mappingTree,
  scalarTree,
  sequenceTree,
  type Entry,
  type IncludeTree,
  type Tree,
} from './tree.ts';
import { isBomb, MAX_DEPTH, parseYaml, TOO_DEEP } from './yaml.ts';

/** Includes nested deeper than this are a loop whose every turn has another name (a symbolic link to itself). */
const MAX_INCLUDES = 32;

/** Reads files on demand, each once. `displayed` is put before their paths in problems. */
export class Loader {
  /** Paths of the files that were read, so that those nobody includes can be told. */
  readonly seen = new Set<string>();
  readonly #files: MetadataFiles;
  readonly #report: Report;
  readonly #displayed: string;
  readonly #loaded = new Map<string, Promise<Tree | undefined>>();
  #written = 0;

  constructor(files: MetadataFiles, displayed: string, report: Report) {
    this.#files = files;
    this.#displayed = displayed;
    this.#report = report;
  }

  /** The first character of a file: where a problem of the file as a whole is shown. */
  placeOf(path: string): Place {
    return { file: this.#displayed + path, line: 1, column: 1 };
  }

  /** The names in a directory in a fixed order, so that the same files always give the same metadata. */
  async list(path: string): Promise<readonly string[] | undefined> {
    try {
      const names = await this.#files.list(path);
      return names === undefined ? undefined : [...names].sort();
    } catch (error) {
      this.#report(this.placeOf(path), reason(error));
      return undefined;
    }
  }

  /** The file as a tree, or undefined when there is none. */
  load(path: string): Promise<Tree | undefined> {
    return this.#load(path, []);
  }

  /** The file as text, or undefined when there is none. */
  async text(path: string): Promise<string | undefined> {
    try {
      const text = await this.#files.readText(path);
      if (text !== undefined) this.seen.add(path);
      return text;
    } catch (error) {
      this.seen.add(path);
      this.#report(this.placeOf(path), reason(error));
      return undefined;
    }
  }

  #load(path: string, chain: readonly string[]): Promise<Tree | undefined> {
    // Files are read one after the other, so one that is still being read is in the chain, and was found there.
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const loading = this.#read(path, [...chain, path]);
    this.#loaded.set(path, loading);
    return loading;
  }

  async #read(path: string, chain: readonly string[]): Promise<Tree | undefined> {
    const text = await this.text(path);
    if (text === undefined) return this.seen.has(path) ? holeTree(this.placeOf(path)) : undefined;
    if (!isDocumentFile(path)) {
      this.#written++;
      return scalarTree(this.placeOf(path), text);
    }
    const { tree, written } = parseYaml(this.#displayed + path, text, this.#report);
    this.#written += written;
    const included = new Map<IncludeTree, Tree>();
    for (const include of includesIn(tree)) included.set(include, await this.#include(include, path, chain));
    const whole = included.size === 0 ? tree : withIncluded(tree, included);
    if (isBomb(whole.size, this.#written)) {
      this.#report(
        this.placeOf(path),
        'The files included here repeat each other without measure; include each where it is needed.',
      );
    } else if (whole.depth > MAX_DEPTH) this.#report(this.placeOf(path), TOO_DEEP);
    else return whole;
    return holeTree(this.placeOf(path));
  }

  async #include(tree: IncludeTree, from: string, chain: readonly string[]): Promise<Tree> {
    const resolved = resolveInclude(from, tree.target);
    if ('refused' in resolved) {
      this.#report(tree.place, `The included path "${tree.target}" ${resolved.refused}.`);
      return holeTree(tree.place);
    }
    if (chain.includes(resolved.path)) {
      const loop = [...chain.slice(chain.indexOf(resolved.path)), resolved.path].join(' -> ');
      this.#report(tree.place, `This include never ends: ${loop}; remove one of these includes.`);
      return holeTree(tree.place);
    }
    if (chain.length > MAX_INCLUDES) {
      this.#report(tree.place, `Includes are nested deeper than ${MAX_INCLUDES} files here; flatten them.`);
      return holeTree(tree.place);
    }
    const included = await this.#load(resolved.path, chain);
    if (included !== undefined) return included;
    this.#report(
      tree.place,
      `The included file "${resolved.path}" does not exist in the metadata directory; create it or correct the path, which is relative to this file.`,
    );
    return holeTree(tree.place);
  }
}

function includesIn(tree: Tree): readonly IncludeTree[] {
  switch (tree.kind) {
    case 'include':
      return [tree];
    case 'sequence':
      return tree.items.flatMap(includesIn);
    case 'mapping':
      return [...tree.entries.values()].flatMap((entry) => includesIn(entry.value));
    case 'scalar':
    case 'hole':
      return [];
    default:
      return unreachable(tree);
  }
}

function withIncluded(tree: Tree, included: ReadonlyMap<IncludeTree, Tree>): Tree {
  switch (tree.kind) {
    case 'include':
      return must(included.get(tree), 'every include of the file was loaded');
    case 'sequence':
      return sequenceTree(
        tree.place,
        tree.items.map((item) => withIncluded(item, included)),
      );
    case 'mapping': {
      const entries = new Map<string, Entry>();
      for (const [key, { place, value }] of tree.entries) {
        entries.set(key, { place, value: withIncluded(value, included) });
      }
      return mappingTree(tree.place, entries);
    }
    case 'scalar':
    case 'hole':
      return tree;
    default:
      return unreachable(tree);
  }
}

function reason(error: unknown): string {
  return `The file cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
}
