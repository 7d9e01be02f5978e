// YAML or JSON text -> Tree, with every mistake in it reported. The only file that needs the yaml package:
// the worker does not import it, as metadata reaches the worker compiled.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Scalar as YamlScalar,
  type YAMLMap,
} from 'yaml';

import type { Place, Report } from './problem.ts';
import {
  holeTree,
  includeTree,
  mappingTree,
  scalarTree,
  sequenceTree,
  type Entry,
  type Tree,
} from './tree.ts';

/** Deeper nesting than this is an attack or an accident, and would end in a stack overflow further on. */
export const MAX_DEPTH = 200;

/** Aliases may make a document this many times larger than it is written… */
const MAX_AMPLIFICATION = 20;
/** …once it has more values than this. */
const FREE_SIZE = 100_000;

const INCLUDE_TAG = '!include';

/** What a reader knows of a parsed file. `written` counts its values, an alias as one. */
export interface ParsedText {
  readonly tree: Tree;
  readonly written: number;
}

/** Whether so many values can come from so little text only by repeating aliases or includes on purpose. */
export function isBomb(size: number, written: number): boolean {
  return size > FREE_SIZE + MAX_AMPLIFICATION * written;
}

/** Reads one file's text. Where it is broken the tree is a hole, and `report` has been told why. */
export function parseYaml(file: string, text: string, report: Report): ParsedText {
  const lines = new LineCounter();
  const placeOf = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text.startsWith('\uFEFF') ? text.slice(1) : text, {
      lineCounter: lines,
      prettyErrors: false,
      // Checked here instead: in less than quadratic time, and naming both places.
      uniqueKeys: false,
      customTags: [{ tag: INCLUDE_TAG, resolve: (target: string) => target }],
    });
  } catch (error) {
    // The parser is recursive: only nesting without end makes it throw.
    if (!(error instanceof RangeError)) throw error;
    report(placeOf(0), TOO_DEEP);
    return { tree: holeTree(placeOf(0)), written: 1 };
  }
  const mistakes = [...document.errors, ...document.warnings];
  for (const mistake of mistakes) report(placeOf(mistake.pos[0]), syntaxMessage(mistake));
  if (mistakes.length > 0) return { tree: holeTree(placeOf(0)), written: 1 };
  const conversion: Conversion = { placeOf, report, anchors: new Map(), written: 0 };
  const tree = treeFrom(conversion, document.contents, 0);
  if (isBomb(tree.size, conversion.written)) {
    report(placeOf(0), 'The aliases (*name) of this file repeat each other without measure; write them out.');
  } else if (tree.depth > MAX_DEPTH) report(placeOf(0), TOO_DEEP);
  else return { tree, written: conversion.written };
  return { tree: holeTree(placeOf(0)), written: 1 };
}

export const TOO_DEEP = `Values are nested deeper than ${MAX_DEPTH} levels; flatten them.`;

function syntaxMessage(mistake: { readonly code: string; readonly message: string }): string {
  switch (mistake.code) {
    case 'TAB_AS_INDENT':
      return 'This line is indented with a tab, which YAML does not allow; indent with spaces.';
    case 'MULTIPLE_DOCS':
      return 'The file holds several YAML documents; keep one, and remove the line "---" between them.';
    case 'TAG_RESOLVE_FAILED':
      return `${mistake.message.replace('Unresolved tag: ', 'The YAML tag ')} is not known here; remove it (only !include followed by a path is read).`;
    default:
      return `This is not YAML: ${mistake.message.replaceAll(/\s+/g, ' ')}. Correct it here or just before.`;
  }
}

/** One file's way from the parser's nodes to a tree. */
interface Conversion {
  readonly placeOf: (offset: number | undefined) => Place;
  readonly report: Report;
  /** What each anchor stands for from here on; undefined while the value it is on is not complete. */
  readonly anchors: Map<string, Tree | undefined>;
  /** Values converted so far, an alias being one. */
  written: number;
}

function treeFrom(conversion: Conversion, node: unknown, depth: number): Tree {
  const { placeOf, report, anchors } = conversion;
  conversion.written++;
  if (isAlias(node)) return aliased(conversion, node.source, placeOf(node.range?.[0]));
  // Nothing at all: an empty file, or a key with nothing behind it.
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return scalarTree(placeOf(0), null);
  const place = placeOf(node.range?.[0]);
  if (depth >= MAX_DEPTH) {
    report(place, TOO_DEEP);
    return holeTree(place);
  }
  if (node.anchor !== undefined) anchors.set(node.anchor, undefined);
  const tree = isScalar(node)
    ? scalarFrom(conversion, node, place)
    : isMap(node)
      ? mappingFrom(conversion, node, place, depth)
      : sequenceTree(
          place,
          node.items.map((item) => treeFrom(conversion, item, depth + 1)),
        );
  if (node.anchor !== undefined) anchors.set(node.anchor, tree);
  return tree;
}

function aliased({ anchors, report }: Conversion, name: string, place: Place): Tree {
  const tree = anchors.get(name);
  if (tree !== undefined) return tree;
  const why = anchors.has(name) ? 'contains this alias itself' : 'is not defined above';
  report(place, `The alias *${name} stands for the anchor &${name}, which ${why}; write the value here.`);
  return holeTree(place);
}

function mappingFrom(conversion: Conversion, node: YAMLMap, place: Place, depth: number): Tree {
  const { placeOf, report } = conversion;
  const entries = new Map<string, Entry>();
  const merged: Tree[] = [];
  for (const { key, value: valueNode } of node.items) {
    if (!isScalar(key)) {
      const at = placeOf((key as Node | null)?.range?.[0] ?? node.range?.[0]);
      report(at, 'The key of a mapping must be a text, not a list or a mapping.');
      continue;
    }
    const keyPlace = placeOf(key.range?.[0]);
    const name = keyText(key);
    if (key.anchor !== undefined) conversion.anchors.set(key.anchor, scalarTree(keyPlace, name));
    const value = treeFrom(conversion, valueNode, depth + 1);
    if (key.type === 'PLAIN' && key.source === '<<') merged.push(value);
    else enter(entries, name, { place: keyPlace, value: emptyAt(value, keyPlace) }, report);
  }
  for (const tree of merged) merge(entries, tree, report);
  return mappingTree(place, entries);
}

function enter(entries: Map<string, Entry>, name: string, entry: Entry, report: Report): void {
  const first = entries.get(name);
  if (name === '__proto__') {
    report(entry.place, 'The key "__proto__" cannot be used: GraphQL keeps names that start with "__".');
  } else if (first !== undefined) {
    report(
      entry.place,
      `The key "${name}" is already on line ${first.place.line} of this mapping; keep one of the two.`,
    );
  } else entries.set(name, entry);
}

/** `<<: *defaults` or `<<: [*a, *b]`: adds the keys that are not there yet. */
function merge(entries: Map<string, Entry>, tree: Tree, report: Report): void {
  if (tree.kind === 'sequence') for (const item of tree.items) merge(entries, item, report);
  else if (tree.kind === 'mapping') {
    for (const [name, entry] of tree.entries) if (!entries.has(name)) entries.set(name, entry);
  } else if (tree.kind !== 'hole') {
    report(tree.place, 'The merge key << must be followed by a mapping or by aliases of mappings.');
  }
}

function scalarFrom({ report }: Conversion, node: YamlScalar, place: Place): Tree {
  if (node.tag === INCLUDE_TAG) return includeTree(place, String(node.value).trim());
  const { value, source = '' } = node;
  // A text that happens to start like this, a comment for example, is written as a block.
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  if (typeof value === 'string' && !isBlock && value.startsWith(`${INCLUDE_TAG} `)) {
    return includeTree(place, value.slice(INCLUDE_TAG.length).trim());
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return scalarTree(place, exactNumber(value, source));
    report(place, `The value ${source} is not a number JSON knows; put it in quotes.`);
    return holeTree(place);
  }
  const isPlain = typeof value === 'string' || typeof value === 'boolean' || value === null;
  return scalarTree(place, isPlain ? value : source);
}

/** A bigint or numeric written without quotes must reach Postgres digit by digit, as text when need be. */
function exactNumber(value: number, source: string): number | string {
  const digits = source.replace(/e.*$/i, '').replaceAll(/\D/g, '').replace(/^0+/, '');
  const isDecimal = /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i.test(source);
  return isDecimal && digits.length > 15 && String(value) !== source ? source : value;
}

function keyText(key: YamlScalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? '');
}

/** `key:` with nothing behind it: the parser gives no useful position for the value, the key's own will do. */
function emptyAt(value: Tree, place: Place): Tree {
  return value.kind === 'scalar' && value.value === null ? scalarTree(place, null) : value;
}
