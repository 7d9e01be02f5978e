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
import { isBomb, MAX_DEPTH, parseYaml, TOO_DEEP, type ParsedText } from './yaml.ts';

/** Includes nested deeper than this are a loop whose every turn has another name (a symbolic link to itself). */
const MAX_INCLUDES = 32;

/** Reads files on demand, each once. Calls of `load` must not overlap: includes across two of them could wait for each other. */
export interface Loader {
  /** Paths of the files that were read, so that those nobody includes can be told. */
  readonly seen: ReadonlySet<string>;
  /** The first character of a file: where a problem of the file as a whole is shown. */
  placeOf(path: string): Place;
  /** The names in a directory in a fixed order, so that the same files always give the same metadata. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** The file as text, or undefined when there is none. */
  text(path: string): Promise<string | undefined>;
  /** The file as a tree, or undefined when there is none. */
  load(path: string): Promise<Tree | undefined>;
}

/** Files that were parsed before, by path: a file whose text did not change since is not parsed again. */
export type ParseCache = Map<string, { readonly text: string; readonly parsed: ParsedText }>;

export interface LoaderOptions {
  /** Stands before the paths in problems. */
  readonly displayed: string;
  readonly report: Report;
  readonly cache: ParseCache;
}

/** A loader of `files`. */
export function createLoader(files: MetadataFiles, { displayed, report, cache }: LoaderOptions): Loader {
  const seen = new Set<string>();
  const loaded = new Map<string, Promise<Tree | undefined>>();
  let written = 0;

  const placeOf = (path: string): Place => ({ file: displayed + path, line: 1, column: 1 });

  async function list(path: string): Promise<readonly string[] | undefined> {
    try {
      const names = await files.list(path);
      return names === undefined ? undefined : [...names].sort();
    } catch (error) {
      report(placeOf(path), reason(error));
      return undefined;
    }
  }

  async function text(path: string): Promise<string | undefined> {
    try {
      const content = await files.readText(path);
      if (content !== undefined) seen.add(path);
      return content;
    } catch (error) {
      seen.add(path);
      report(placeOf(path), reason(error));
      return undefined;
    }
  }

  function loadOnce(path: string, chain: readonly string[]): Promise<Tree | undefined> {
    // Files are read one after the other, so one that is still being read is in the chain, and was found there.
    const known = loaded.get(path);
    if (known !== undefined) return known;
    const loading = read(path, [...chain, path]);
    loaded.set(path, loading);
    return loading;
  }

  async function read(path: string, chain: readonly string[]): Promise<Tree | undefined> {
    const content = await text(path);
    if (content === undefined) return seen.has(path) ? holeTree(placeOf(path)) : undefined;
    if (!isDocumentFile(path)) {
      written++;
      return scalarTree(placeOf(path), content);
    }
    const parsed = parse(path, content);
    written += parsed.written;
    const included = new Map<IncludeTree, Tree>();
    for (const found of includesIn(parsed.tree)) included.set(found, await include(found, path, chain));
    const whole = included.size === 0 ? parsed.tree : withIncluded(parsed.tree, included);
    if (isBomb(whole.size, written)) {
      report(
        placeOf(path),
        'The files included here repeat each other without measure; include each where it is needed.',
      );
    } else if (whole.depth > MAX_DEPTH) report(placeOf(path), TOO_DEEP);
    else return whole;
    return holeTree(placeOf(path));
  }

  function parse(path: string, content: string): ParsedText {
    const known = cache.get(path);
    if (known?.text === content) return known.parsed;
    let isFlawless = true;
    const parsed = parseYaml(displayed + path, content, (...problem) => {
      isFlawless = false;
      report(...problem);
    });
    // Problems must be told each time.
    if (isFlawless) cache.set(path, { text: content, parsed });
    return parsed;
  }

  async function include(tree: IncludeTree, from: string, chain: readonly string[]): Promise<Tree> {
    const refuse = (message: string): Tree => {
      report(tree.place, message);
      return holeTree(tree.place);
    };
    const resolved = resolveInclude(from, tree.target);
    if ('refused' in resolved) return refuse(`The included path "${tree.target}" ${resolved.refused}.`);
    const { path } = resolved;
    if (chain.includes(path)) {
      const loop = [...chain.slice(chain.indexOf(path)), path].join(' -> ');
      return refuse(`This include never ends: ${loop}; remove one of these includes.`);
    }
    if (chain.length > MAX_INCLUDES) {
      return refuse(`Includes are nested deeper than ${MAX_INCLUDES} files here; flatten them.`);
    }
    return (
      (await loadOnce(path, chain)) ??
      refuse(
        `The included file "${path}" does not exist in the metadata directory; create it or correct the path, which is relative to this file.`,
      )
    );
  }

  return { seen, placeOf, list, text, load: (path) => loadOnce(path, []) };
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
