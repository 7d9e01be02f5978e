// The YAML files of a metadata directory, opened where something in them changes: edited in place, so that comments,
// order and quotes stay, and given back as texts.
import { isScalar, parseDocument, Scalar, visit, type Document, type Node } from 'yaml';

import { resolveInclude } from '../../src/metadata/files.ts';
import { LAYOUT } from '../../src/metadata/write/yaml-text.ts';
import type { FileChanges, RecordedFiles } from './recorded-files.ts';

/** A place in a file where a node stands, or nothing. */
export interface Spot {
  readonly file: string;
  readonly node: Node | null;
  /** Puts another node there. */
  put(node: Node): void;
}

/** What cannot be edited in place; the directory is written anew then. */
export class NotEditable extends Error {}

export interface OpenDocuments {
  /** Whether the file was read, and is not removed since. */
  has(path: string): boolean;
  /** Whether the name can be given to a new file: nothing is there, whether it was read or not. */
  isFree(path: string): boolean;
  /** The root of a file that was read. @throws NotEditable when there is none. */
  root(path: string): Spot;
  /** Says that something in the file's document was changed. */
  touch(path: string): void;
  write(path: string, text: string): void;
  remove(path: string): void;
  /** All changes so far. */
  changes(): FileChanges;
}

/** Opens documents over the files that were read. */
export function openDocuments({ texts, names }: Pick<RecordedFiles, 'texts' | 'names'>): OpenDocuments {
  const documents = new Map<string, Document.Parsed>();
  const touched = new Set<string>();
  const written = new Map<string, string | null>();

  function open(path: string): Document.Parsed {
    const known = documents.get(path);
    if (known !== undefined) return known;
    const text = texts.get(path);
    if (text === undefined || written.has(path)) throw new NotEditable(path);
    const document = parseDocument(text.replace(/^\uFEFF/, ''), {
      uniqueKeys: false,
      customTags: [{ tag: '!include', resolve: (target: string) => target }],
    });
    writeOutAliases(document);
    documents.set(path, document);
    return document;
  }

  return {
    has: (path) => (written.has(path) ? written.get(path) !== null : texts.has(path)),
    isFree: (path) => (written.has(path) ? written.get(path) === null : !names.has(path)),
    root(path) {
      const document = open(path);
      return {
        file: path,
        node: document.contents,
        put(node) {
          // The contents of a parsed document have a narrower type than those one may give it.
          (document as Document).contents = node;
          touched.add(path);
        },
      };
    },
    touch: (path) => touched.add(path),
    write: (path, text) => written.set(path, text),
    remove: (path) => written.set(path, null),
    changes() {
      const changes = new Map(written);
      for (const path of touched) {
        if (!changes.has(path)) changes.set(path, textOf(open(path), texts.get(path) ?? ''));
      }
      return changes;
    },
  };
}

/** A change of one use of an anchor must not change the others, so each gets the value for itself. */
function writeOutAliases(document: Document.Parsed): void {
  visit(document, {
    Alias(_key, alias) {
      const value = alias.resolve(document);
      if (value === undefined) throw new NotEditable(alias.source);
      return value.clone() as Node;
    },
  });
  visit(document, {
    Value(_key, node) {
      delete node.anchor;
    },
  });
}

/** The path of the file whose content stands at the spot. */
export function includedPath({ file, node }: Spot): string | undefined {
  if (!isScalar(node) || typeof node.value !== 'string') return undefined;
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  const isInclude = node.tag === '!include' || (!isBlock && node.value.startsWith('!include '));
  if (!isInclude) return undefined;
  const resolved = resolveInclude(file, node.value.replace(/^!include /, '').trim());
  return 'path' in resolved ? resolved.path : undefined;
}

/** The document as a text in the manner of the old one: its line ends, and whether lists stand below or under their key. */
function textOf(document: Document.Parsed, old: string): string {
  const listsUnderKey = /^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(old);
  const text = document.toString({
    ...LAYOUT,
    indentSeq: !listsUnderKey,
    flowCollectionPadding: /\[ /.test(old) || (/\{ /.test(old) && !old.includes('[')),
  });
  const mark = old.startsWith('\uFEFF') ? '\uFEFF' : '';
  return mark + (old.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text);
}
