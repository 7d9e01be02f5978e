// A metadata document as the API gets it or the database keeps it -> Metadata, or what is wrong with it in the words of
// Hasura's server. Files are read by metadata.ts instead, which knows lines.
import * as v from 'valibot';

import { duplicateProblems } from './document-duplicates.ts';
import { issueProblems, kindOf, type DocumentProblem } from './document-problems.ts';
import { isUnknownKey, pathOf, type Issue } from './issue.ts';
import type { DocumentPath } from './problem.ts';
import { isMapping } from './schema/common.ts';
import { document as documentSchema } from './schema/document.ts';
import { plainValue, treeOf } from './tree.ts';
import type { Metadata, SourceMetadata } from './types.ts';
import { upgrade } from './upgrade.ts';

export interface ReadDocumentOptions {
  /**
   * The source that tables and functions of a document of version 1 or 2 belong to; what else it has is kept. Null
   * when there is none, and such documents are refused.
   */
  readonly defaultSource: SourceMetadata | null;
}

export type DocumentResult =
  | { readonly metadata: Metadata }
  | { readonly problems: readonly [DocumentProblem, ...DocumentProblem[]] };

/**
 * Reads a document of version 1, 2 or 3; without a version it is 3 when it has sources, else 1. As in Hasura, keys that
 * are not known are left out, except in a table, and a source without a kind is `postgres`.
 */
export function readMetadataDocument(json: unknown, { defaultSource }: ReadDocumentOptions): DocumentResult {
  if (!isMapping(json)) {
    return refused([], `parsing Metadata failed, expected Object, but encountered ${kindOf(json)}`);
  }
  const version = json['version'] ?? (json['sources'] === undefined ? 1 : 3);
  switch (version) {
    case 3:
      return read(withKinds({ ...json, version }), (path) => path);
    case 1:
    case 2:
      return readWithoutSources({ ...json, version }, defaultSource);
    default:
      return refused(
        ['version'],
        typeof version === 'number'
          ? `expected 1, 2 or 3, encountered ${version}`
          : `parsing Int failed, expected Number, but encountered ${kindOf(version)}`,
      );
  }
}

function refused(
  path: DocumentPath,
  message: string,
  code: DocumentProblem['code'] = 'parse-failed',
): DocumentResult {
  return { problems: [{ code, path, message }] };
}

function withKinds(json: Readonly<Record<string, unknown>>): unknown {
  const { sources } = json;
  if (!Array.isArray(sources)) return json;
  return {
    ...json,
    sources: sources.map((source: unknown) =>
      isMapping(source) ? { ...source, kind: source['kind'] ?? 'postgres' } : source,
    ),
  };
}

const NOWHERE = { file: '', line: 0, column: 0 } as const;

function readWithoutSources(
  json: Readonly<Record<string, unknown>>,
  defaultSource: SourceMetadata | null,
): DocumentResult {
  if (json['tables'] === undefined) return refused([], 'key "tables" not found');
  if (defaultSource === null) {
    return refused(
      [],
      'cannot import metadata without sources since no default source is defined',
      'not-supported',
    );
  }
  // The version was checked: there is nothing to report.
  const upgraded = plainValue(upgrade(treeOf(NOWHERE, json), () => {}));
  const result = read(upgraded, (path) => placeBefore(path, json));
  if (!('metadata' in result)) return result;
  const sources = result.metadata.sources.map((source) => ({
    ...defaultSource,
    tables: source.tables,
    functions: source.functions ?? [],
  }));
  return { metadata: { ...result.metadata, sources } };
}

/** The place in the document before its upgrade: `sources[0].tables[1]` was `tables[1]`. */
function placeBefore(path: DocumentPath, json: Readonly<Record<string, unknown>>): DocumentPath {
  const [sources, , part, index, ...rest] = path;
  if (sources !== 'sources' || part === undefined) return path;
  if (part !== 'functions' || index === undefined || rest[0] !== 'function') return path.slice(2);
  // Version 1 lists the functions' names themselves.
  return json['version'] === 1 ? [part, index, ...rest.slice(1)] : path.slice(2);
}

function read(json: unknown, placed: (path: DocumentPath) => DocumentPath): DocumentResult {
  const first = v.safeParse(documentSchema, json);
  if (first.success) return checked(first.output, placed);
  const [problem, ...problems] = issueProblems(json, first.issues);
  if (problem !== undefined)
    return { problems: [at(problem, placed), ...problems.map((p) => at(p, placed))] };
  // Nothing but keys that Hasura takes no notice of.
  const second = v.safeParse(documentSchema, withoutUnknown(json, first.issues));
  if (second.success) return checked(second.output, placed);
  return refused([], 'the document has keys that cannot be left out');
}

function checked(metadata: Metadata, placed: (path: DocumentPath) => DocumentPath): DocumentResult {
  const [problem, ...problems] = duplicateProblems(metadata);
  if (problem === undefined) return { metadata };
  return { problems: [at(problem, placed), ...problems.map((p) => at(p, placed))] };
}

function at(problem: DocumentProblem, placed: (path: DocumentPath) => DocumentPath): DocumentProblem {
  return { ...problem, path: placed(problem.path) };
}

/** A copy without the unknown keys; only what lies on the way to one is copied. */
function withoutUnknown(json: unknown, issues: readonly Issue[]): unknown {
  const removals: Removals = new Map();
  for (const issue of issues) {
    if (!isUnknownKey(issue)) continue;
    let level = removals;
    const path = pathOf(issue);
    for (const [index, key] of path.entries()) {
      const next: Removals = level.get(key) ?? new Map();
      level.set(key, index === path.length - 1 ? REMOVED : next);
      level = next;
    }
  }
  return without(json, removals);
}

/** What is removed below each key. */
type Removals = Map<string | number, Removals>;
const REMOVED: Removals = new Map();

function without(value: unknown, removals: Removals): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => {
      const below = removals.get(index);
      return below === undefined ? item : without(item, below);
    });
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const below = removals.get(key);
      if (below === REMOVED) return [];
      return [[key, below === undefined ? item : without(item, below)]];
    }),
  );
}
