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
  type YAMLSeq,
} from 'yaml';

import type { Place, Report } from './problem.ts';
import {
  holeTree,
  includeTree,
  mappingTree,
  scalarTree,
  sequenceTree,
  type Entry,
  type Scalar,
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
  const converter = new Converter(document, placeOf, report);
  const tree = converter.tree(document.contents, 0);
  if (isBomb(tree.size, converter.written)) {
    report(placeOf(0), 'The aliases (*name) of this file repeat each other without measure; write them out.');
  } else if (tree.depth > MAX_DEPTH) report(placeOf(0), TOO_DEEP);
  else return { tree, written: converter.written };
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

/** Turns the parser's nodes into a tree; keeps what aliases point to, so that each anchor is converted once. */
class Converter {
  written = 0;
  readonly #anchors = new Map<Node, Tree>();
  readonly #open = new Set<Node>();
  readonly #document: Document.Parsed;
  readonly #placeOf: (offset: number | undefined) => Place;
  readonly #report: Report;

  constructor(document: Document.Parsed, placeOf: (offset: number | undefined) => Place, report: Report) {
    this.#document = document;
    this.#placeOf = placeOf;
    this.#report = report;
  }

  tree(node: unknown, depth: number): Tree {
    this.written++;
    if (isAlias(node)) return this.#alias(node.source, node, this.#placeOf(node.range?.[0]), depth);
    if (isScalar(node)) return this.#scalar(node);
    if (!isMap(node) && !isSeq(node)) return scalarTree(this.#placeOf(0), null);
    const place = this.#placeOf(node.range?.[0]);
    if (depth >= MAX_DEPTH) {
      this.#report(place, TOO_DEEP);
      return holeTree(place);
    }
    this.#open.add(node);
    const tree = isMap(node) ? this.#mapping(node, place, depth) : this.#sequence(node, place, depth);
    this.#open.delete(node);
    if (node.anchor !== undefined) this.#anchors.set(node, tree);
    return tree;
  }

  #alias(name: string, node: Node, place: Place, depth: number): Tree {
    const target = isAlias(node) ? node.resolve(this.#document) : undefined;
    if (target === undefined || this.#open.has(target)) {
      const why = target === undefined ? 'is not defined above' : 'contains this alias itself';
      this.#report(
        place,
        `The alias *${name} stands for the anchor &${name}, which ${why}; write the value here.`,
      );
      return holeTree(place);
    }
    return this.#anchors.get(target) ?? this.tree(target, depth);
  }

  #sequence(node: YAMLSeq, place: Place, depth: number): Tree {
    return sequenceTree(
      place,
      node.items.map((item) => this.tree(item, depth + 1)),
    );
  }

  #mapping(node: YAMLMap, place: Place, depth: number): Tree {
    const entries = new Map<string, Entry>();
    const merged: Tree[] = [];
    for (const pair of node.items) {
      const key = pair.key;
      if (!isScalar(key)) {
        const at = this.#placeOf((key as Node | null)?.range?.[0] ?? node.range?.[0]);
        this.#report(at, 'The key of a mapping must be a text, not a list or a mapping.');
        continue;
      }
      const keyPlace = this.#placeOf(key.range?.[0]);
      const name = keyText(key);
      const value = this.tree(pair.value, depth + 1);
      if (key.type === 'PLAIN' && key.source === '<<') merged.push(value);
      else this.#enter(entries, name, { place: keyPlace, value: emptyAt(value, keyPlace) });
    }
    for (const tree of merged) this.#merge(entries, tree);
    return mappingTree(place, entries);
  }

  #enter(entries: Map<string, Entry>, name: string, entry: Entry): void {
    const first = entries.get(name);
    if (name === '__proto__') {
      this.#report(
        entry.place,
        'The key "__proto__" cannot be used: GraphQL keeps names that start with "__".',
      );
    } else if (first !== undefined) {
      this.#report(
        entry.place,
        `The key "${name}" is already on line ${first.place.line} of this mapping; keep one of the two.`,
      );
    } else entries.set(name, entry);
  }

  /** `<<: *defaults` or `<<: [*a, *b]`: adds the keys that are not there yet. */
  #merge(entries: Map<string, Entry>, tree: Tree): void {
    if (tree.kind === 'sequence') for (const item of tree.items) this.#merge(entries, item);
    else if (tree.kind === 'mapping') {
      for (const [name, entry] of tree.entries) if (!entries.has(name)) entries.set(name, entry);
    } else if (tree.kind !== 'hole') {
      this.#report(tree.place, 'The merge key << must be followed by a mapping or by aliases of mappings.');
    }
  }

  #scalar(node: YamlScalar): Tree {
    const place = this.#placeOf(node.range?.[0]);
    if (node.tag === INCLUDE_TAG) return includeTree(place, String(node.value).trim());
    const value = this.#value(node, place);
    if (typeof value !== 'string' || !value.startsWith(`${INCLUDE_TAG} `)) return scalarTree(place, value);
    return includeTree(place, value.slice(INCLUDE_TAG.length).trim());
  }

  #value(node: YamlScalar, place: Place): Scalar {
    const { value, source = '' } = node;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value !== 'number') return source;
    if (!Number.isFinite(value)) {
      this.#report(place, `The value ${source} is not a number JSON knows; put it in quotes.`);
      return null;
    }
    // A bigint or numeric written without quotes must reach Postgres digit by digit, as text when need be.
    const digits = source.replace(/e.*$/i, '').replaceAll(/\D/g, '').replace(/^0+/, '');
    const isDecimal = /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i.test(source);
    return isDecimal && digits.length > 15 && String(value) !== source ? source : value;
  }
}

function keyText(key: YamlScalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? '');
}

/** `key:` with nothing behind it: the parser gives no useful position for the value, the key's own will do. */
function emptyAt(value: Tree, place: Place): Tree {
  return value.kind === 'scalar' && value.value === null ? scalarTree(place, null) : value;
}
